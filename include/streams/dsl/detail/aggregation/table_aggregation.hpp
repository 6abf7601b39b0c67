#pragma once

#include <streams/dsl/detail/aggregation/aggregated_table.hpp>
#include <streams/dsl/detail/aggregation/change_topic.hpp>
#include <streams/serde/window_ends.hpp>

namespace streams::inline v0::detail {

// How the rows of a group change its aggregate: `begin` makes the first one, `add` takes a row in, `subtract` takes one
// out; an aggregate that is empty after it is deleted.

struct table_count_plan {
    using aggregate_type = std::int64_t;
    struct step : count_plan::step {
        explicit step(const table_count_plan&) : count_plan::step(count_plan{}) {}
        template <class Key, class Value>
        void subtract(const Key&, const Value&, std::optional<std::int64_t>& aggregate) const {
            --*aggregate;
        }
    };
};

template <class Aggregate, class Adder, class Subtractor>
struct table_reduce_plan {
    static constexpr bool keeps_values = true;
    using aggregate_type = Aggregate;
    shared_functor<Adder> adder;
    shared_functor<Subtractor> subtractor;

    class step : public reduce_plan<Aggregate, Adder>::step {
    public:
        explicit step(const table_reduce_plan& plan)
            : reduce_plan<Aggregate, Adder>::step({plan.adder}), subtractor_(plan.subtractor) {}
        template <class Key>
        void subtract(const Key&, const Aggregate& value, std::optional<Aggregate>& aggregate) const {
            aggregate = std::invoke(subtractor_.get(), std::move(*aggregate), value);
        }

    private:
        task_functor<Subtractor> subtractor_;
    };
};

template <class Aggregate, class Initializer, class Adder, class Subtractor>
struct table_aggregate_plan {
    using aggregate_type = Aggregate;
    using adding = aggregate_plan<Aggregate, Initializer, Adder>;
    adding added;
    shared_functor<Subtractor> subtractor;

    class step : public adding::step {
    public:
        explicit step(const table_aggregate_plan& plan) : adding::step(plan.added), subtractor_(plan.subtractor) {}
        template <class Key, class Value>
        void subtract(const Key& key, const Value& value, std::optional<Aggregate>& aggregate) const {
            aggregate = fold(subtractor_.get(), key, value, std::move(*aggregate));
        }

    private:
        task_functor<Subtractor> subtractor_;
    };
};

/// Aggregates the updates of a table by group (Kafka's `KTableAggregate`, `KTableReduce`): takes out what a row was
/// before, where the group has an aggregate to take it from, then takes in what it is now.
template <class Key, class Value, class Plan>
class table_aggregate_node final : public typed_node<Key, change<Value>, Key, change<typename Plan::aggregate_type>> {
    using aggregate_type = typename Plan::aggregate_type;

public:
    table_aggregate_node(const Plan& plan, std::string store, bool send_old, streams::window_ends window_ends)
        : step_(plan), store_name_(std::move(store)), forwarder_({window_ends}, send_old) {}

    void init(task_context& context) override {
        store_.open(context, store_name_);
        forwarder_.init(store_.store(), this->children(), context);
    }

    void process(const record<Key, change<Value>>& r) override {
        store_.at(r.key);
        const std::int64_t stored = store_.get(aggregate_);
        const bool known = aggregate_.has_value();
        if (forwarder_.needs_old()) old_ = aggregate_;
        std::int64_t timestamp = r.timestamp;
        if (r.value.old_value && known) {
            step_.subtract(r.key, *r.value.old_value, aggregate_);
            timestamp = std::max(r.timestamp, stored);
        }
        if (r.value.new_value) {
            if (!aggregate_) step_.begin(aggregate_);
            step_.add(r.key, *r.value.new_value, aggregate_);
            if (known) timestamp = std::max(r.timestamp, stored);
        }
        const row_put done = store_.put(r, pointer_to(aggregate_), timestamp);
        if (!done.stored || forwarder_.on_flush()) return;
        const change<aggregate_type> update{pointer_to(aggregate_), pointer_to(old_), done.latest};
        this->forward({r.key, update, timestamp, r.headers});
    }

private:
    typename Plan::step step_;
    std::string store_name_;
    typed_key_values<Key, aggregate_type> store_;
    update_forwarder<plain_store_key<Key>, aggregate_type> forwarder_;
    std::optional<aggregate_type> aggregate_;
    std::optional<aggregate_type> old_; ///< stays empty where nobody asks for old values
};

template <class Key, class Value, class Plan>
struct by_group {
    using key_type = Key;
    using row_type = typename Plan::aggregate_type;
    Plan plan;
    streams::window_ends window_ends{}; ///< of windowed keys

    [[nodiscard]] std::unique_ptr<node> make(const std::string& store, bool send_old) const {
        return make_node<table_aggregate_node<Key, Value, Plan>>(plan, store, send_old, window_ends);
    }
    [[nodiscard]] getter_plan<Key, row_type> getter(const std::string& store) const {
        return getter_from_store<Key, row_type>(store);
    }
};

/// The names of an aggregation of a grouped table and of the topic before it.
struct table_aggregation_names {
    std::string store;
    std::string sink;
    std::string source;
    std::string node;
};

/// Named in Kafka Streams' order. `store`: empty for a generated one.
[[nodiscard]] table_aggregation_names new_table_aggregation_names(graph& graph, std::string store,
                                                                  const std::string& name, std::string_view prefix);
/// Where an aggregation of the group is attached: behind its repartition topic, which a named grouping shares.
[[nodiscard]] attachment behind_grouping(group_state& group, const table_aggregation_names& names, node_factory sink,
                                         node_factory source);

/// Adds an aggregation of a grouped table behind its repartition topic, and returns its place.
template <class Key, class Value, class Table>
[[nodiscard]] attachment add_table_aggregation(group_state& group, const table_aggregation_names& names,
                                               shared_value<Table> table, const serdes_for<Key, Value>& serdes) {
    using sink = topic_sink<Key, change<Value>, std::string, place_by_key, serde_for<Key>, change_serde<Value>>;
    const std::string topic = (group.name.empty() ? names.store : group.name) + "-repartition";
    require_usable(serdes, concat("repartition topic ", topic));
    const attachment above = behind_grouping(
        group, names,
        [topic, serdes] {
            return make_node<sink>(topic, place_by_key{}, serdes.key, change_serde<Value>{serdes.value});
        },
        [key = reading_back(serdes.key, group.at.window_ends), value = serdes.value] {
            return make_node<change_source<Key, Value>>(key, value);
        });
    const auto write = [table = std::move(table)](const graph_node& node, topology& out) { table->write(node, out); };
    return above.behind(above.graph->add(names.node, write, *above.node), false);
}

} // namespace streams::inline v0::detail
