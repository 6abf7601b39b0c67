#pragma once

#include <streams/core/error.hpp>
#include <streams/topology/task_context.hpp>

#include <string_view>

namespace streams::inline v0 {

/// A store in the hands of a node that is written for many topologies. Reading needs no more than the store; whoever writes
/// says for which record, whose time and headers the changelog gets, and what a cache forwards later.
///
///     store_->get(key);
///     store_.of(r).put(key, value);
template <class Store>
class node_store {
public:
    using read_only = typename Store::read_only;

    /// Throws topology_error where the store is of another kind.
    void open(task_context& context, std::string_view name) {
        if (!open_if(context, name))
            throw topology_error(concat("store ", name,
                                        " is of another kind than the operator that uses it made; give one of the two "
                                        "stores of that name another name"));
    }
    /// False where the store is of another kind.
    [[nodiscard]] bool open_if(task_context& context, std::string_view name) {
        context_ = &context;
        store_ = dynamic_cast<Store*>(&context.store(name));
        return store_ != nullptr;
    }
    /// Whether it was opened.
    explicit operator bool() const noexcept { return store_ != nullptr; }

    [[nodiscard]] read_only* operator->() const noexcept { return store_; }
    [[nodiscard]] read_only& operator*() const noexcept { return *store_; }
    /// To write what `r` changes; for one call.
    template <class Key, class Value>
    [[nodiscard]] Store& of(const record<Key, Value>& r) const noexcept {
        context_->take_in_hand(r);
        return *store_;
    }

private:
    Store* store_ = nullptr;
    task_context* context_ = nullptr;
};

} // namespace streams::inline v0
