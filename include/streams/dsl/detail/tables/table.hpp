#pragma once

#include <streams/core/shared_callable.hpp>
#include <streams/dsl/detail/graph/graph.hpp>
#include <streams/dsl/detail/stores/typed_stores.hpp>
#include <streams/serde/windowed.hpp>

#include <memory>
#include <string>
#include <vector>

namespace streams::inline v0::detail {

/// A row of a table; a null value: there is none.
template <class Value>
struct row_view {
    const Value* value = nullptr;
    std::int64_t timestamp = -1;
};

/// Reads the current rows of a table, in one task (Kafka's `KTableValueGetter`).
template <class Key, class Value>
class value_getter {
public:
    using base = value_getter;
    virtual ~value_getter() = default;
    virtual void init(task_context& context) = 0;
    /// Valid until the next call.
    [[nodiscard]] virtual row_view<Value> get(const Key& key) = 0;
    /// The row at a time, where the table keeps versions; else as get.
    [[nodiscard]] virtual row_view<Value> get_as_of(const Key& key, std::int64_t /*time*/) { return get(key); }
};

/// A getter behind its base; as make_node.
template <class Getter, class... Args>
[[nodiscard]] auto make_getter(Args&&... args) {
    return std::unique_ptr<typename Getter::base>(new Getter(std::forward<Args>(args)...));
}

/// How the nodes of a task come by the rows of a table, and the stores that they must be connected to for it.
template <class Key, class Value>
struct getter_plan {
    std::vector<std::string> stores;
    shared_callable<std::unique_ptr<value_getter<Key, Value>>()> make;
};

/// What the handles of a table and the operators below it share while the topology is built. What is asked for here is
/// known to the nodes only when the topology is written.
class table_description {
public:
    virtual ~table_description() = default;
    /// Asks for old values. False: they are not to be had without a store, and `force` was not given.
    virtual bool enable_sending_old_values(bool force) = 0;
    /// The updates come from a versioned store: one that is out of order says so (`change::is_latest`), and what is
    /// below drops it (KIP-914).
    [[nodiscard]] virtual bool versioned() const noexcept { return false; }
};

template <class Key, class Value>
class table_of : public table_description {
public:
    /// How keys and rows become bytes.
    [[nodiscard]] const serdes_for<Key, Value>& serdes() const noexcept { return serdes_; }
    void use_serdes(serdes_for<Key, Value> serdes) { serdes_ = std::move(serdes); }
    /// Asks for the rows; gives a source table a store where it has none.
    [[nodiscard]] virtual getter_plan<Key, Value> getter() = 0;

private:
    serdes_for<Key, Value> serdes_;
};

/// Reads rows from the table's own store.
template <class Key, class Value>
class store_getter final : public value_getter<Key, Value> {
public:
    explicit store_getter(std::string store) : name_(std::move(store)) {}
    void init(task_context& context) override { store_.open(context, name_); }
    row_view<Value> get(const Key& key) override {
        store_.at(key);
        const std::int64_t timestamp = store_.get(value_);
        return {pointer_to(value_), timestamp};
    }
    row_view<Value> get_as_of(const Key& key, std::int64_t time) override {
        if (!store_.versioned()) return get(key);
        store_.at(key);
        const std::int64_t timestamp = store_.get(value_, time);
        return {pointer_to(value_), timestamp};
    }

private:
    std::string name_;
    typed_key_values<Key, Value> store_;
    std::optional<Value> value_;
};

template <class Key, class Value>
[[nodiscard]] getter_plan<Key, Value> getter_from_store(const std::string& store) {
    return {{store}, [store] { return make_getter<store_getter<Key, Value>>(store); }};
}

} // namespace streams::inline v0::detail
