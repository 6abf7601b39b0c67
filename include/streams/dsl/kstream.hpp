#pragma once

#include <streams/dsl/concepts.hpp>
#include <streams/dsl/detail/graph/functor_checks.hpp>
#include <streams/dsl/detail/graph/graph.hpp>
#include <streams/dsl/detail/graph/option_checks.hpp>
#include <streams/dsl/detail/graph/pick.hpp>
#include <streams/dsl/detail/graph/type_checks.hpp>
#include <streams/dsl/detail/stateless/stateless.hpp>
#include <streams/dsl/detail/tables/stateful.hpp>
#include <streams/dsl/fwd.hpp>
#include <streams/dsl/kstream_extensions.hpp>
#include <streams/dsl/options.hpp>

#include <string>
#include <utility>

namespace streams::inline v0 {

/// A stream of records (Kafka's `KStream`): a cheap handle on a place in the topology being built. Operators add a node
/// below it and return the stream that the node forwards; the handle itself stays usable, and its records then go both
/// ways. Null reaches a functor only where Key or Value is a std::optional; docs/operators.md has a table of it.
///
/// A functor takes `(value)` or `(key, value)`. It is shared by all tasks and called as const, possibly from several
/// threads at once; see per_task for one with state. What it throws stops the application (or goes to the processing
/// handler). Not thread-safe while the topology is built.
template <class Key, class Value>
class kstream : public kstream_extensions<Key, Value> {
    using base = kstream_extensions<Key, Value>;
    using shape = detail::stateless<Key, Value>;

public:
    using key_type = Key;
    using value_type = Value;

    /// Keeps the records for which the predicate holds: `s.filter([](const payment& p) { return p.cents > 0; })`.
    template <class F, class... Options>
    [[nodiscard]] kstream filter(F&& predicate, const Options&... options) const {
        return filtered<true>(std::forward<F>(predicate), options...);
    }
    /// Keeps the records for which the predicate does not hold.
    template <class F, class... Options>
    [[nodiscard]] kstream filter_not(F&& predicate, const Options&... options) const {
        return filtered<false>(std::forward<F>(predicate), options...);
    }

    /// Replaces the value by what the functor returns, of whatever type: `s.map_values(&payment::cents)`. The key stays,
    /// so nothing is repartitioned.
    template <class F, class... Options>
    [[nodiscard]] auto map_values(F&& mapper, const Options&... options) const {
        detail::check_name_option<Options...>();
        detail::check_stream_functor<F, Key, Value>();
        using NewValue = detail::record_value_t<F, Key, Value>;
        auto& node = shape::template add_map_values<NewValue>(at(), name<named>("KSTREAM-MAPVALUES-", options...),
                                                              detail::share(std::forward<F>(mapper)));
        return kstream<Key, NewValue>(at().behind(node), {serdes().key, {}});
    }

    /// Replaces key and value by the pair that the functor returns. What needs records by key is repartitioned after it.
    template <class F, class... Options>
    [[nodiscard]] auto map(F&& mapper, const Options&... options) const {
        detail::check_name_option<Options...>();
        detail::check_stream_functor<F, Key, Value>();
        using pair = detail::record_value_t<F, Key, Value>;
        static_assert(key_value_pair<pair>,
                      "kstream::map: the functor must return a pair of the new key and value; return "
                      "std::pair, or use map_values where the key stays");
        using NewKey = std::remove_cvref_t<decltype(std::declval<pair&>().first)>;
        using NewValue = std::remove_cvref_t<decltype(std::declval<pair&>().second)>;
        auto& node = shape::template add_map<NewKey, NewValue>(at(), name<named>("KSTREAM-MAP-", options...),
                                                               detail::share(std::forward<F>(mapper)));
        return kstream<NewKey, NewValue>(at().behind(node, true));
    }

    /// Replaces the key by what the functor returns. What needs records by key is repartitioned after it.
    template <class F, class... Options>
    [[nodiscard]] auto select_key(F&& mapper, const Options&... options) const {
        detail::check_name_option<Options...>();
        detail::check_stream_functor<F, Key, Value>();
        using NewKey = detail::record_value_t<F, Key, Value>;
        auto& node = shape::template add_select_key<NewKey>(at(), name<named>("KSTREAM-KEY-SELECT-", options...),
                                                            detail::share(std::forward<F>(mapper)), serdes().value);
        return kstream<NewKey, Value>(at().behind(node, true), {{}, serdes().value});
    }

    /// Replaces each value by those of the range that the functor returns, none or several; any range that a range-for
    /// goes through, a lazy view too: `lines.flat_map_values(words)`.
    template <class F, class... Options>
    [[nodiscard]] auto flat_map_values(F&& mapper, const Options&... options) const {
        detail::check_name_option<Options...>();
        detail::check_stream_functor<F, Key, Value>();
        using range = detail::record_value_t<F, Key, Value>;
        static_assert(iterable<range>,
                      "kstream::flat_map_values: the functor must return a range of new values; return a "
                      "container or a view, or use map_values for exactly one value");
        using NewValue = detail::element_t<range>;
        auto& node = shape::template add_flat_map_values<NewValue>(
            at(), name<named>("KSTREAM-FLATMAPVALUES-", options...), detail::share(std::forward<F>(mapper)));
        return kstream<Key, NewValue>(at().behind(node), {serdes().key, {}});
    }

    /// Replaces each record by the pairs of key and value in the range that the functor returns.
    template <class F, class... Options>
    [[nodiscard]] auto flat_map(F&& mapper, const Options&... options) const {
        detail::check_name_option<Options...>();
        detail::check_stream_functor<F, Key, Value>();
        using range = detail::record_value_t<F, Key, Value>;
        static_assert(iterable<range>,
                      "kstream::flat_map: the functor must return a range of pairs; return a container or "
                      "a view, or use map for exactly one record");
        using pair = detail::element_t<range>;
        static_assert(key_value_pair<pair>,
                      "kstream::flat_map: the range must hold pairs of key and value; put std::pair "
                      "into it, or use flat_map_values where the key stays");
        using NewKey = std::remove_cvref_t<decltype(std::declval<pair&>().first)>;
        using NewValue = std::remove_cvref_t<decltype(std::declval<pair&>().second)>;
        auto& node = shape::template add_flat_map<NewKey, NewValue>(at(), name<named>("KSTREAM-FLATMAP-", options...),
                                                                    detail::share(std::forward<F>(mapper)));
        return kstream<NewKey, NewValue>(at().behind(node, true));
    }

    /// Calls the functor with each record and passes the record on. It is called again for records processed again.
    template <class F, class... Options>
    [[nodiscard]] kstream peek(F&& action, const Options&... options) const {
        detail::check_name_option<Options...>();
        detail::check_stream_functor<F, Key, Value>();
        auto& node =
            shape::add_peek(at(), name<named>("KSTREAM-PEEK-", options...), detail::share(std::forward<F>(action)));
        return kstream(at().behind(node), serdes());
    }

    /// Calls the functor with each record; the stream ends here.
    template <class F, class... Options>
    void for_each(F&& action, const Options&... options) const {
        detail::check_name_option<Options...>();
        detail::check_stream_functor<F, Key, Value>();
        shape::add_for_each(at(), name<named>("KSTREAM-FOREACH-", options...), detail::share(std::forward<F>(action)));
    }

    /// Prints each record as a line, `[label]: key, value`, to standard output or a file; the stream ends here. A functor
    /// may make the text behind the label; without one, key and value need an operator<<. Null prints as `null`.
    template <class... Options>
        requires(detail::options_of<printed>::has<Options> && ...)
    void print(const Options&... options) const {
        static_assert(detail::printable_field<Key> && detail::printable_field<Value>,
                      "kstream::print: the key or value type has no operator<< for std::ostream; give it one, or give "
                      "print a functor that returns the text of a record");
        print(detail::key_and_value_text{}, options...);
    }
    template <class F, class... Options>
        requires(!detail::options_of<printed>::has<F>)
    void print(F&& text, const Options&... options) const {
        static_assert(detail::options_of<printed>::admit<Options...>, "kstream::print takes one option: printed");
        detail::check_stream_functor<F, Key, Value>();
        shape::add_print(at(), name<printed>("KSTREAM-PRINTER-", options...), detail::pick<printed>(options...),
                         detail::share(std::forward<F>(text)));
    }

    /// The records of both streams; their order across the two is not defined. Where only one of them admits null, so
    /// does the result.
    template <class OtherKey, class OtherValue, class... Options>
    [[nodiscard]] auto merge(const kstream<OtherKey, OtherValue>& other, const Options&... options) const {
        detail::check_name_option<Options...>();
        static_assert(
            std::is_same_v<without_null_t<Key>, without_null_t<OtherKey>> &&
                std::is_same_v<without_null_t<Value>, without_null_t<OtherValue>>,
            "kstream::merge: both streams must have the same key and value types; bring one to the types of the "
            "other with map_values or map");
        return kstream<detail::wider_t<Key, OtherKey>, detail::wider_t<Value, OtherValue>>(
            shape::template add_merge<OtherKey, OtherValue>(at(), other.at(), name<named>("KSTREAM-MERGE-", options...),
                                                            serdes()),
            serdes());
    }

    /// Begins a split into branches: `s.split().branch(large, branched{.name = "large"}).default_branch()`.
    template <class... Options>
    [[nodiscard]] branched_kstream<Key, Value> split(const Options&... options) const {
        detail::check_name_option<Options...>();
        return branched_kstream<Key, Value>(at(), name<named>("KSTREAM-BRANCH-", options...), serdes());
    }

    /// Sends the records through an internal topic, placed by their keys. Records with a null key are dropped, unless a
    /// left or outer join is downstream (KIP-962).
    template <class... Options>
    [[nodiscard]] kstream repartition(const Options&... options) const {
        static_assert(
            detail::options_and<partitioner_option, repartitioned, detail::serde_options>::admit<Options...>,
            "kstream::repartition takes the options repartitioned, partitioned_by(functor), key_serde(object) and "
            "value_serde(object)");
        detail::check_serdes<Key, Value>();
        const auto chosen = detail::serdes_from(serdes(), options...);
        return kstream(
            shape::add_repartition(at(), detail::pick<repartitioned>(options...), partitioner(options...), chosen),
            chosen);
    }

    /// Writes the records to a topic with their timestamps and headers; null is written as null. `topic` is a name, or a
    /// functor that returns one for each record, callable with (value), (key, value) or (const record<Key, Value>&). Where
    /// in the topic a record goes may be chosen by partitioned_by(functor).
    template <class Topic, class... Options>
    void to(Topic&& topic, const Options&... options) const {
        static_assert(detail::options_and<partitioner_option, produced, detail::serde_options>::admit<Options...>,
                      "kstream::to takes the options produced, partitioned_by(functor), key_serde(object) and "
                      "value_serde(object)");
        detail::check_serdes<Key, Value>();
        const auto chosen = detail::serdes_from(serdes(), options...);
        std::string node = name<produced>("KSTREAM-SINK-", options...);
        if constexpr (std::is_convertible_v<Topic, std::string>) {
            shape::add_sink(at(), std::move(node), std::string(std::forward<Topic>(topic)), partitioner(options...),
                            chosen);
        } else {
            static_assert(
                record_functor<Topic, Key, Value> ||
                    std::invocable<detail::as_called_t<Topic>, const record<Key, Value>&>,
                "kstream::to: give the name of a topic, or a functor that returns one, callable as const with "
                "(value), (key, value) or (const record<Key, Value>&) of the stream's types");
            if constexpr (record_functor<Topic, Key, Value>)
                static_assert(std::is_constructible_v<std::string, detail::record_result_t<Topic, Key, Value>>,
                              "kstream::to: the functor must return the name of a topic, a text");
            shape::add_extracting_sink(at(), std::move(node), detail::share(std::forward<Topic>(topic)),
                                       partitioner(options...), chosen);
        }
    }

    /// The stream as a table of the latest value by key. Records with a null key are dropped; a null value deletes the row.
    template <class... Options>
    auto to_table(const Options&... options) const {
        detail::check_table_options<Options...>();
        detail::check_serdes<Key, Value>();
        detail::check_storable<without_null_t<Key>, without_null_t<Value>>();
        std::string node = name<named>("KSTREAM-TOTABLE-", options...);
        return detail::stateful<Key, Value>::add_to_table(at(), std::move(node), detail::pick<materialized>(options...),
                                                          detail::serdes_from(serdes(), options...));
    }

    /// Groups by the key as it is.
    template <class... Options>
    [[nodiscard]] kgrouped_stream<Key, Value> group_by_key(const Options&... options) const {
        detail::check_group_options<Options...>();
        return kgrouped_stream<Key, Value>({at(), detail::pick<grouped>(options...).name},
                                           detail::serdes_from(serdes(), options...));
    }
    /// Groups by what the functor returns: the records are repartitioned by it.
    template <class F, class... Options>
    [[nodiscard]] auto group_by(F&& mapper, const Options&... options) const {
        detail::check_group_options<Options...>();
        detail::check_stream_functor<F, Key, Value>();
        using NewKey = detail::record_value_t<F, Key, Value>;
        auto& node = shape::template add_select_key<NewKey>(at(), name<grouped>("KSTREAM-KEY-SELECT-", options...),
                                                            detail::share(std::forward<F>(mapper)), serdes().value);
        return kgrouped_stream<NewKey, Value>(
            {at().behind(node, true), detail::pick<grouped>(options...).name},
            detail::serdes_from(serdes_for<NewKey, Value>{{}, serdes().value}, options...));
    }

    /// For the library: a stream at a place in the graph.
    explicit kstream(detail::attachment place, serdes_for<Key, Value> record_serdes = {})
        : base(std::move(place), std::move(record_serdes)) {}
    using base::at;
    using base::serdes;

private:
    template <class Option, class... Options>
    [[nodiscard]] std::string name(std::string_view prefix, const Options&... options) const {
        return base::template name<Option>(prefix, options...);
    }
    template <class... Options>
    [[nodiscard]] static auto partitioner(const Options&... options) {
        return detail::partitioner_maker<Key, Value>(detail::picked_functional<partitioner_option>(options...));
    }
    template <bool Wanted, class F, class... Options>
    [[nodiscard]] kstream filtered(F&& predicate, const Options&... options) const {
        detail::check_name_option<Options...>();
        detail::check_stream_functor<F, Key, Value>();
        detail::check_predicate<F, Key, Value>();
        auto& node = shape::template add_filter<Wanted>(at(), name<named>("KSTREAM-FILTER-", options...),
                                                        detail::share(std::forward<F>(predicate)));
        return kstream(at().behind(node), serdes());
    }
};

} // namespace streams::inline v0

#include <streams/dsl/branched_kstream.hpp>
#include <streams/dsl/kgrouped_stream.hpp>
#include <streams/dsl/ktable.hpp>
