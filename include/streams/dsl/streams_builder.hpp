#pragma once

#include <streams/dsl/detail/graph.hpp>
#include <streams/dsl/detail/pick.hpp>
#include <streams/dsl/detail/sources.hpp>
#include <streams/dsl/detail/table_source.hpp>
#include <streams/dsl/kstream.hpp>
#include <streams/dsl/ktable.hpp>
#include <streams/dsl/options.hpp>

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
    streams_builder() : graph_(std::make_shared<detail::graph>()) {}

    /// The records of one or several topics. Reading the same topics a second time shares the source. A null key or value
    /// that Key or Value does not admit is undecodable, unless consumed{.on_null = on_null::drop}.
    template <class Key, class Value, class... Options>
    [[nodiscard]] kstream<Key, Value> stream(std::vector<std::string> topics, const Options&... options) {
        static_assert(detail::options_of<consumed>::admit<Options...>,
                      "streams_builder::stream takes one option: consumed");
        static_assert(
            readable_and_writable<Key> && readable_and_writable<Value>,
            "streams_builder::stream: the key or value type has no serde; specialise streams::serde for it, or "
            "include the header that does");
        const consumed how = detail::pick<consumed>(options...);
        return kstream<Key, Value>(detail::add_stream_source(
            graph_, std::move(topics), how, typeid(record<Key, Value>),
            [nulls = how.on_null] { return std::make_unique<topic_source<Key, Value>>(nulls); }));
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
    [[nodiscard]] ktable<Key, Value, rows::deletable> table(const std::string& topic, const Options&... options) {
        static_assert(detail::options_of<consumed, materialized>::admit<Options...>,
                      "streams_builder::table takes the options consumed and materialized");
        static_assert(
            has_serde<Key> && has_serde<Value>,
            "streams_builder::table: key and value type need a serde and no std::optional: a deleted row is no "
            "value; specialise streams::serde for them, or include the header that does");
        static_assert(storable<Key> && storable<Value>,
                      "streams_builder::table: a table outlives the records it is made from, but the key or value type "
                      "borrows from them; use one that owns its memory, std::string for std::string_view");
        const auto kept = detail::pick<materialized>(options...);
        const std::string store = kept.name.empty() ? graph_->new_store_name(topic + "-") : kept.name;
        using table_type = detail::source_table<Key, Value>;
        auto table = std::make_shared<table_type>(detail::key_value_spec(store, kept),
                                                  !kept.name.empty() || kept.history_retention.has_value());
        auto at = detail::add_table_source(
            graph_, topic, detail::pick<consumed>(options...), typeid(record<std::optional<Key>, std::optional<Value>>),
            [] { return std::make_unique<topic_source<std::optional<Key>, std::optional<Value>>>(); },
            [table](const std::string& name, const std::string& source, const std::string& reused, topology& out) {
                detail::write_table_source<std::optional<Key>, std::optional<Value>>(*table, name, {source}, reused,
                                                                                     std::chrono::milliseconds(0), out);
            });
        return ktable<Key, Value, rows::deletable>(std::move(at), std::move(table));
    }

    /// The topology of all that was added so far. Throws topology_error where it is wrong: names used twice, a topic read
    /// as different types, stores of one name with different settings.
    [[nodiscard]] topology build() const { return graph_->write(); }
    /// The same; `config` is where topology.optimization is read from.
    [[nodiscard]] topology build(const streams_config& config) const {
        return graph_->write(config.topology_optimization);
    }

private:
    std::shared_ptr<detail::graph> graph_;
};

} // namespace streams::inline v0
