#pragma once

#include <streams/dsl/detail/graph/graph.hpp>
#include <streams/dsl/detail/graph/repartition.hpp>
#include <streams/dsl/detail/tables/suppress_node.hpp>
#include <streams/dsl/detail/tables/table.hpp>
#include <streams/serde/window_ends.hpp>

#include <memory>
#include <string>
#include <utility>

namespace streams::inline v0::detail {

/// The store of a suppress node.
[[nodiscard]] store_spec change_buffer_spec(std::string name, bool logging,
                                            const std::map<std::string, std::string>& changelog_config);
/// Throws topology_error where the limit is negative.
[[nodiscard]] suppress_plan plan_of(const until_time_limit& options);
/// `below`: the node whose updates are held back. Throws topology_error where no windowed aggregation is above it.
[[nodiscard]] suppress_plan plan_of(const until_window_closes& options, const graph_node& below);

/// A row as those who follow a suppress node know it: while an update is held back, as it was before.
template <class Key, class Value>
class suppressed_getter final : public value_getter<Key, Value> {
public:
    suppressed_getter(std::unique_ptr<value_getter<Key, Value>> parent, std::string store)
        : parent_(std::move(parent)), store_(std::move(store)) {}
    void init(task_context& context) override {
        parent_->init(context);
        buffer_.open(context, store_);
        key_bytes_.open(*buffer_);
        values_.open(*buffer_);
    }
    row_view<Value> get(const Key& key) override {
        const auto prior = buffer_->prior_value(key_bytes_.write(key));
        if (!prior) return parent_->get(key);
        if (!*prior) return {};
        values_.read_plain(key_bytes_.view(), **prior, value_);
        return {&*value_, -1};
    }

private:
    std::unique_ptr<value_getter<Key, Value>> parent_;
    std::string store_;
    node_store<change_buffer> buffer_;
    typed_key<Key> key_bytes_;
    typed_value<Value> values_;
    std::optional<Value> value_;
};

/// The result of suppress.
template <class Key, class Value>
class suppressed_table final : public table_of<Key, Value> {
public:
    suppressed_table(shared_value<table_of<Key, Value>> parent, suppress_plan plan, store_spec spec)
        : parent_(std::move(parent)), plan_(std::move(plan)), spec_(std::move(spec)) {
        parent_->enable_sending_old_values(true);
        this->use_serdes(parent_->serdes());
        require_usable(this->serdes(), concat("store ", spec_.name));
        spec_.serdes = kept_by(this->serdes().key, this->serdes().value);
    }

    bool enable_sending_old_values(bool force) override { return parent_->enable_sending_old_values(force); }
    getter_plan<Key, Value> getter() override {
        getter_plan<Key, Value> above = parent_->getter();
        above.stores.insert(above.stores.begin(), spec_.name); // the order in which describe() meets them
        return {std::move(above.stores), [make = std::move(above.make), store = spec_.name] {
                    return make_getter<suppressed_getter<Key, Value>>(make(), store);
                }};
    }
    void write(const graph_node& node, topology& out) const {
        write_processor(node, out, [plan = plan_] { return make_node<suppress_node<Key, Value>>(plan); }, spec_);
    }

private:
    shared_value<table_of<Key, Value>> parent_;
    suppress_plan plan_;
    store_spec spec_;
};

/// Adds the node of a suppress, and returns its place and its table.
template <class Key, class Value, class Suppression>
[[nodiscard]] auto add_suppress(const attachment& at, const shared_value<table_of<Key, Value>>& parent,
                                const Suppression& options, const std::string& wanted) {
    if (parent->versioned())
        throw topology_error(
            "ktable::suppress cannot hold back the updates of a versioned table, which may come out of "
            "order; suppress a table that is not versioned");
    const std::string name = wanted.empty() ? at.graph->new_name("KTABLE-SUPPRESS-") : wanted;
    const std::string store = wanted.empty() ? at.graph->new_store_name("KTABLE-SUPPRESS-") : wanted + "-store";
    suppress_plan plan;
    if constexpr (std::is_same_v<Suppression, until_window_closes>)
        plan = plan_of(options, *at.node);
    else
        plan = plan_of(options);
    plan.store = store;
    plan.window_ends = at.window_ends.value_or(streams::window_ends());
    shared_value<suppressed_table<Key, Value>> table(
        std::in_place, parent, std::move(plan), change_buffer_spec(store, options.logging, options.changelog_config));
    const auto write = [table](const graph_node& node, topology& out) { table->write(node, out); };
    attachment below = at.behind(at.graph->add(name, write, *at.node), false);
    below.sources.clear(); // Kafka Streams does not check the partitions of what is joined with the result.
    return std::pair(std::move(below), std::move(table));
}

} // namespace streams::inline v0::detail
