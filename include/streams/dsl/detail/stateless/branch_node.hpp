#pragma once

#include <streams/core/shared_callable.hpp>
#include <streams/dsl/detail/graph/functor.hpp>
#include <streams/topology/node.hpp>

#include <memory>
#include <string>
#include <vector>

namespace streams::inline v0::detail {

/// A predicate of one branch, without its type.
template <class Key, class Value>
class branch_predicate {
public:
    virtual ~branch_predicate() = default;
    [[nodiscard]] virtual bool holds(const Key& key, const Value& value) const = 0;
};

template <class Key, class Value, class F>
class typed_branch_predicate final : public branch_predicate<Key, Value> {
public:
    explicit typed_branch_predicate(shared_functor<F> predicate) : predicate_(std::move(predicate)) {}
    [[nodiscard]] bool holds(const Key& key, const Value& value) const override {
        return static_cast<bool>(call(predicate_.get(), key, value));
    }

private:
    task_functor<F> predicate_;
};

/// The branches of a split as the topology holds them: the predicate's maker and the child that takes its records.
template <class Key, class Value>
struct branch_plan {
    struct branch {
        std::string child;
        shared_callable<std::unique_ptr<branch_predicate<Key, Value>>()> make;
    };
    std::vector<branch> branches{};
    std::string default_child{}; ///< empty: records that no branch takes end here
};

/// Sends each record to the first branch whose predicate holds.
template <class Key, class Value>
class branch_node final : public typed_node<Key, Value, Key, Value> {
public:
    explicit branch_node(branch_plan<Key, Value> plan) : plan_(std::move(plan)) {}

    void init(task_context&) override {
        for (const auto& branch : plan_.branches)
            routes_.push_back({branch.make(), this->children().find(branch.child)});
        default_child_ = this->children().find(plan_.default_child);
    }
    void process(const record<Key, Value>& r) override {
        for (const route& to : routes_) {
            if (!to.predicate->holds(r.key, r.value)) continue;
            this->children().forward_to(to.child, r);
            return;
        }
        if (default_child_ < this->children().size()) this->children().forward_to(default_child_, r);
    }

private:
    struct route {
        std::unique_ptr<branch_predicate<Key, Value>> predicate;
        std::size_t child;
    };
    branch_plan<Key, Value> plan_;
    std::vector<route> routes_;
    std::size_t default_child_ = 0;
};

} // namespace streams::inline v0::detail
