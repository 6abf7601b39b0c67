#pragma once

#include <streams/dsl/detail/graph/graph.hpp>
#include <streams/dsl/detail/graph/pick.hpp>
#include <streams/dsl/detail/graph/processing.hpp>
#include <streams/dsl/detail/graph/sources.hpp>
#include <streams/dsl/detail/graph/type_checks.hpp>
#include <streams/dsl/detail/tables/table_source.hpp>
#include <streams/dsl/global_ktable.hpp>
#include <streams/dsl/kstream.hpp>
#include <streams/dsl/ktable.hpp>
#include <streams/dsl/options.hpp>
#include <streams/dsl/timestamp_from.hpp>
#include <streams/state/stores.hpp>

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

namespace streams::inline v0 {

/// Builds a topology from streams and tables (Kafka's `StreamsBuilder`):
///
///     streams::streams_builder builder;
///     builder.stream<std::string, std::string>("orders").filter(is_complete).to("completed-orders");
///     streams::topology t = builder.build();
///
/// Not thread-safe. Handles made by it stay valid without it.
class streams_builder {
public:
    streams_builder() : graph_(detail::new_graph()) {}

    /// The records of one or several topics. Reading the same topics a second time shares the source. A null key or value
    /// that Key or Value does not admit is undecodable, unless consumed{.on_null = on_null::drop}.
    template <class Key, class Value, class... Options>
    [[nodiscard]] kstream<Key, Value> stream(std::vector<std::string> topics, const Options&... options) {
        return stream_of<Key, Value>(std::move(topics), options...);
    }
    template <class Key, class Value, class... Options>
    [[nodiscard]] kstream<Key, Value> stream(std::initializer_list<const char*> topics, const Options&... options) {
        return stream_of<Key, Value>(std::vector<std::string>(topics.begin(), topics.end()), options...);
    }
    /// The records of all topics that match a pattern, those that are made while the application runs too. At least one must
    /// be there when it starts.
    template <class Key, class Value, class... Options>
    [[nodiscard]] kstream<Key, Value> stream(const topic_pattern& pattern, const Options&... options) {
        return stream_of<Key, Value>(pattern, options...);
    }
    template <class Key, class Value, class... Options>
    [[nodiscard]] kstream<Key, Value> stream(std::string topic, const Options&... options) {
        std::vector<std::string> topics;
        topics.push_back(std::move(topic));
        return stream<Key, Value>(std::move(topics), options...);
    }
    template <class Key, class Value, class... Options>
    [[nodiscard]] kstream<Key, Value> stream(const char* topic, const Options&... options) {
        return stream<Key, Value>(std::string(topic), options...);
    }

    /// The latest value by key of a topic. Records with a null key are dropped; a null value deletes the row. It keeps a
    /// store where materialized names one, or where something downstream reads it. Key and Value are plain types.
    template <class Key, class Value, class... Options>
    ktable<Key, Value, rows::deletable> table(const std::string& topic, const Options&... options) {
        check_table_source_options<Options...>();
        detail::check_storable<Key, Value>();
        const auto kept = detail::pick<materialized>(options...);
        const std::string store = kept.name.empty() ? graph_->new_store_name(topic + "-") : kept.name;
        using table_type = detail::source_table<Key, Value>;
        const auto serdes = chosen_serdes<Key, Value>(topic, options...);
        detail::shared_value<table_type> table(std::in_place, detail::key_value_spec(store, kept),
                                               !kept.name.empty() || kept.history_retention.has_value(), serdes);
        auto at = detail::add_table_source(
            graph_, topic, detail::pick<consumed>(options...), typeid(record<std::optional<Key>, std::optional<Value>>),
            detail::source_maker<std::optional<Key>, std::optional<Value>>(
                on_null::fail, detail::picked_functional<timestamp_option>(options...), serdes),
            [table](const std::string& name, const std::string& source, const std::string& reused, topology& out) {
                detail::write_table_source<std::optional<Key>, std::optional<Value>>(*table, name, {source}, reused, {},
                                                                                     out);
            });
        return ktable<Key, Value, rows::deletable>(std::move(at), std::move(table));
    }

    /// The latest value by key of a whole topic, held by every instance. Records with a null key are dropped; a null value
    /// deletes the row. Key and Value are plain types. Its store has no changelog: the topic is one.
    template <class Key, class Value, class... Options>
    global_ktable<Key, Value> global_table(const std::string& topic, const Options&... options) {
        check_table_source_options<Options...>();
        detail::check_storable<Key, Value>();
        const auto kept = detail::pick<materialized>(options...);
        store_spec spec =
            detail::key_value_spec(kept.name.empty() ? graph_->new_store_name(topic + "-") : kept.name, kept);
        spec.logging = spec.caching = false;
        const auto serdes = chosen_serdes<Key, Value>(topic, options...);
        spec.serdes = detail::kept_by(serdes.key, serdes.value);
        global_ktable<Key, Value> table(spec.name);
        using node_type = detail::table_source_node<std::optional<Key>, std::optional<Value>>;
        const auto make = [upkeep = detail::table_upkeep{spec.name}] { return make_node<node_type>(upkeep); };
        detail::add_global_source(graph_, topic, detail::pick<consumed>(options...), std::move(spec),
                                  detail::source_maker<std::optional<Key>, std::optional<Value>>(
                                      on_null::fail, detail::picked_functional<timestamp_option>(options...), serdes),
                                  make, false);
        return table;
    }

    /// A store that every instance fills with a whole topic through a processor of the user's, which finds it in its
    /// context (Kafka's `addGlobalStore`). The processor sees the whole topic again at every start. Every processor of the
    /// topology may read the store, without naming it in state_stores{}.
    template <class Key, class Value, class Supplier, class... Options>
    streams_builder& add_global_store(store_spec spec, const std::string& topic, Supplier supplier,
                                      const Options&... options) {
        check_source_options<Options...>();
        detail::check_processor_supplier<Supplier>();
        const consumed reading = detail::pick<consumed>(options...);
        spec.logging = false;
        detail::add_global_source(
            graph_, topic, reading, std::move(spec),
            detail::source_maker<Key, Value>(reading.on_null, detail::picked_functional<timestamp_option>(options...),
                                             chosen_serdes<Key, Value>(topic, options...)),
            detail::processor_maker(std::move(supplier)), true);
        return *this;
    }

    /// Adds a store for processors, which name it in state_stores{}; before the first operator that does. Adding an equal
    /// one again changes nothing.
    streams_builder& add_state_store(store_spec spec) {
        detail::add_state_store(*graph_, std::move(spec));
        return *this;
    }

    /// The topology of all that was added so far. Throws topology_error where it is wrong: a node, a store or an internal
    /// topic whose name another has, a topic read as different types. Processors share a store by equal definitions of it.
    [[nodiscard]] topology build() const { return graph_->write(); }
    /// The same; `config` is where topology.optimization and ensure.explicit.internal.resource.naming are read from. Where
    /// the latter is true, throws topology_error for stores and internal topics without a name of the user's (KIP-1111).
    [[nodiscard]] topology build(const streams_config& config) const {
        topology built = graph_->write(config.topology_optimization);
        if (config.ensure_explicit_internal_resource_naming) graph_->require_explicit_names(built);
        return built;
    }

private:
    template <class... Options>
    static consteval void check_source_options() {
        static_assert(detail::options_and<timestamp_option, consumed, detail::serde_options>::admit<Options...>,
                      "a source takes the options consumed, timestamp_from(functor), key_serde(object) and "
                      "value_serde(object)");
    }
    template <class... Options>
    static consteval void check_table_source_options() {
        static_assert(
            detail::options_and<timestamp_option, consumed, materialized, detail::serde_options>::admit<Options...>,
            "a table of a topic takes the options consumed, materialized, timestamp_from(functor), key_serde(object) "
            "and "
            "value_serde(object)");
    }
    template <class Key, class Value, class Topics, class... Options>
    [[nodiscard]] kstream<Key, Value> stream_of(Topics topics, const Options&... options) {
        check_source_options<Options...>();
        detail::check_serdes<Key, Value>();
        const consumed reading = detail::pick<consumed>(options...);
        const auto serdes = chosen_serdes<Key, Value>(name_of(topics), options...);
        return kstream<Key, Value>(
            detail::add_stream_source(
                graph_, std::move(topics), reading, typeid(record<Key, Value>),
                detail::source_maker<Key, Value>(reading.on_null,
                                                 detail::picked_functional<timestamp_option>(options...), serdes)),
            serdes);
    }
    template <class Key, class Value, class... Options>
    [[nodiscard]] static serdes_for<Key, Value> chosen_serdes(const std::string& topic, const Options&... options) {
        auto chosen = detail::serdes_from(serdes_for<Key, Value>(), options...);
        detail::require_usable(chosen, concat("the source of topic ", topic));
        return chosen;
    }
    [[nodiscard]] static std::string name_of(const topic_pattern& topics) { return topics.expression; }
    [[nodiscard]] static std::string name_of(const std::vector<std::string>& topics) {
        return topics.empty() ? std::string() : topics.front();
    }

    std::shared_ptr<detail::graph> graph_;
};

} // namespace streams::inline v0
