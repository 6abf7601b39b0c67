#pragma once

#include <streams/dsl/concepts.hpp>
#include <streams/dsl/detail/aggregation/table_grouping_node.hpp>
#include <streams/dsl/detail/graph/functor_checks.hpp>
#include <streams/dsl/detail/graph/option_checks.hpp>
#include <streams/dsl/detail/graph/pick.hpp>
#include <streams/dsl/detail/graph/processing.hpp>
#include <streams/dsl/detail/tables/suppressed_table.hpp>
#include <streams/dsl/detail/tables/table_to_stream_node.hpp>
#include <streams/dsl/detail/tables/table_views.hpp>
#include <streams/dsl/fwd.hpp>
#include <streams/dsl/ktable_joins.hpp>
#include <streams/dsl/options.hpp>
#include <streams/dsl/suppressed.hpp>

#include <memory>
#include <string>
#include <utility>

namespace streams::inline v0 {

/// A table of the latest value by key (Kafka's `KTable`): a cheap handle on a place in the topology being built. Rows says
/// whether rows can be deleted. Functors are called with (value) or (key, value) of present rows, never for deletions; as
/// in kstream they are shared and called as const.
template <class Key, class Value, rows Rows>
class ktable : public ktable_joins<Key, Value> {
    using base = ktable_joins<Key, Value>;

public:
    using key_type = Key;
    using value_type = Value;

    /// The rows for which the predicate holds. A row that ceases to hold is deleted from the result.
    template <class F, class... Options>
    [[nodiscard]] ktable<Key, Value, rows::deletable> filter(F&& predicate, const Options&... options) const {
        return filtered<true>(std::forward<F>(predicate), options...);
    }
    /// The rows for which the predicate does not hold.
    template <class F, class... Options>
    [[nodiscard]] ktable<Key, Value, rows::deletable> filter_not(F&& predicate, const Options&... options) const {
        return filtered<false>(std::forward<F>(predicate), options...);
    }

    /// Each value replaced by what the functor returns; where that is an empty std::optional, the row is deleted.
    template <class F, class... Options>
    [[nodiscard]] auto map_values(F&& mapper, const Options&... options) const {
        detail::check_table_options<Options...>();
        detail::check_row_functor<F, Key, Value>();
        using result = detail::record_value_t<F, Key, Value>;
        detail::check_row_value<result>();
        using NewValue = without_null_t<result>;
        using operation = detail::row_mapping<Key, Value, NewValue, std::decay_t<F>>;
        constexpr rows new_rows = nullable<result> ? rows::deletable : Rows;
        return view<operation, false, new_rows>("KTABLE-MAPVALUES-", std::forward<F>(mapper), options...);
    }

    /// Each row replaced by what the functor makes of it; unlike map_values it is called for deletions too, and for rows
    /// that are not there, with a null pointer: (const Value*) or (key, const Value*). An empty std::optional: no row.
    /// In its place a supplier of value_transformers may be given: `[] { return std::make_unique<my_transformer>(); }`,
    /// with the stores they use as option state_stores, or from the supplier's own member `stores()`.
    template <class F, class... Options>
    [[nodiscard]] auto transform_values(F&& transformer, const Options&... options) const {
        using functor_type = std::decay_t<F>;
        if constexpr (detail::transformer_supplier<functor_type>) {
            static_assert(
                detail::options_of<named, materialized, state_stores, detail::serde_options>::admit<Options...>,
                "ktable::transform_values takes the options named, materialized, state_stores, key_serde(object) "
                "and value_serde(object)");
            using types = detail::transformer_of<functor_type>;
            static_assert(
                std::is_same_v<typename types::key_type, Key> && std::is_same_v<typename types::value_type, Value>,
                "ktable::transform_values: the transformer must be derived from value_transformer<Key, Value, "
                "...> of the table's types");
            detail::check_row_value<typename types::new_value_type>();
            using operation = detail::supplied_transformation<Key, Value, typename types::new_value_type, functor_type>;
            return view<operation, false, rows::deletable>("KTABLE-TRANSFORMVALUES-", std::forward<F>(transformer),
                                                           options...);
        } else {
            static_assert(
                detail::options_of<named, materialized, detail::serde_options>::admit<Options...>,
                "ktable::transform_values of a functor takes the options named, materialized, key_serde(object) and "
                "value_serde(object); one that uses stores is a value_transformer");
            if constexpr (detail::check_shareable<F, detail::record_calls<Key, const Value*>>())
                static_assert(
                    record_functor<F, Key, const Value*>,
                    "ktable::transform_values: the functor must be callable with (const Value*) or (key, const "
                    "Value*), null where there is no row; or pass a supplier of value_transformers");
            using result = detail::record_value_t<F, Key, const Value*>;
            detail::check_row_value<result>();
            using operation = detail::row_transformation<Key, Value, without_null_t<result>, functor_type>;
            constexpr rows new_rows = nullable<result> ? rows::deletable : rows::permanent;
            return view<operation, false, new_rows>("KTABLE-TRANSFORMVALUES-", std::forward<F>(transformer),
                                                    options...);
        }
    }

    /// The updates of the table as records; a deletion is a null value.
    template <class... Options>
        requires(detail::options_of<named>::has<Options> && ...)
    [[nodiscard]] auto to_stream(const Options&... options) const {
        detail::check_name_option<Options...>();
        using node_type = detail::table_to_stream_node<Key, Value, Rows>;
        graph_node_ref node =
            at().graph->add_processor(at().graph->name_or_new(detail::pick<named>(options...).name, "KTABLE-TOSTREAM-"),
                                      *at().node, [] { return make_node<node_type>(); });
        return kstream<Key, typename node_type::stream_value>(at().behind(node, false),
                                                              {table()->serdes().key, table()->serdes().value});
    }
    /// The same under new keys: `to_stream().select_key(mapper)`.
    template <class F, class... Options>
        requires(!detail::options_of<named>::has<F>)
    [[nodiscard]] auto to_stream(F&& mapper, const Options&... options) const {
        detail::check_name_option<Options...>();
        return to_stream(options...).select_key(std::forward<F>(mapper));
    }

    /// Groups the rows by the pair of key and value that the functor returns:
    /// `users.group_by([](const text& id, const user& u) { return std::pair(u.region, u.age); })`. The rows go through a
    /// repartition topic, by their new keys. Where key or value of the pair is an empty std::optional, the row is in no
    /// group.
    template <class F, class... Options>
    [[nodiscard]] auto group_by(F&& mapper, const Options&... options) const {
        detail::check_group_options<Options...>();
        detail::check_row_functor<F, Key, Value>();
        using pair = detail::record_value_t<F, Key, Value>;
        static_assert(key_value_pair<pair>,
                      "ktable::group_by: the functor must return a pair of the group's key and the "
                      "value to aggregate; return std::pair");
        using node_type = detail::table_grouping_node<Key, Value, pair, std::decay_t<F>>;
        table()->enable_sending_old_values(true);
        const std::string name = detail::pick<grouped>(options...).name;
        const auto serdes =
            detail::serdes_from(serdes_for<typename node_type::new_key, typename node_type::new_value>(), options...);
        graph_node_ref node = at().graph->add_processor(
            at().graph->name_or_new(name, "KTABLE-SELECT-"), *at().node,
            [mapper = detail::share(std::forward<F>(mapper)), versioned = table()->versioned(), key = serdes.key] {
                return make_node<node_type>(mapper, versioned, key);
            });
        return kgrouped_table<typename node_type::new_key, typename node_type::new_value>(
            {at().behind(node, false), name}, serdes);
    }

    /// Holds updates back, as until_window_closes or until_time_limit say, and forwards the last of each key. What reads
    /// the result sees a row as it was before the updates that are held back. With until_window_closes the result has no
    /// deletions.
    template <suppression Suppression, class... Options>
    [[nodiscard]] auto suppress(const Suppression& until, const Options&... options) const {
        detail::check_name_option<Options...>();
        constexpr bool final_results = std::is_same_v<Suppression, until_window_closes>;
        static_assert(!final_results || detail::has_window<Key>,
                      "ktable::suppress: until_window_closes needs a table with windowed keys; group by windows first, "
                      "or use until_time_limit");
        auto [place, suppressed] =
            detail::add_suppress<Key, Value>(at(), table(), until, detail::pick<named>(options...).name);
        return ktable<Key, Value, final_results ? rows::permanent : Rows>(std::move(place), std::move(suppressed));
    }

    using base::at;
    using base::ktable_joins;
    using base::table;

private:
    using graph_node_ref = detail::graph_node&;

    template <bool Wanted, class F, class... Options>
    [[nodiscard]] auto filtered(F&& predicate, const Options&... options) const {
        detail::check_table_options<Options...>();
        detail::check_row_functor<F, Key, Value>();
        detail::check_predicate<F, Key, Value>();
        using operation = detail::row_filter<Key, Value, std::decay_t<F>, Wanted>;
        return view<operation, true, rows::deletable>("KTABLE-FILTER-", std::forward<F>(predicate), options...);
    }

    template <class Operation, bool Skips, rows NewRows, class F, class... Options>
    [[nodiscard]] auto view(std::string_view prefix, F&& f, const Options&... options) const {
        using NewValue = typename Operation::result_type;
        std::optional<store_spec> spec;
        const auto* const kept = detail::picked<materialized>(options...);
        if (kept) {
            // Without a name Kafka Streams numbers a store that it never makes; its versioned stores have names always.
            std::string store = kept->name.empty() ? at().graph->new_store_name(prefix) : kept->name;
            if (!kept->name.empty() || kept->history_retention) spec = detail::key_value_spec(std::move(store), *kept);
        }
        using view_type = detail::table_view<Key, Value, Operation, std::decay_t<F>, Skips>;
        [[maybe_unused]] std::vector<store_spec> brought;
        if constexpr (detail::transformer_supplier<std::decay_t<F>>) brought = detail::stores_of(f);
        serdes_for<Key, NewValue> inherited{table()->serdes().key, {}};
        if constexpr (Skips) inherited.value = table()->serdes().value; // a filter, whose rows are the table's own
        const auto serdes = detail::serdes_from(std::move(inherited), options...);
        if (spec) {
            detail::require_usable(serdes, concat("store ", spec->name));
            spec->serdes = detail::kept_by(serdes.key, serdes.value);
        }
        detail::shared_value<view_type> rows_view(std::in_place, table(), detail::share(std::forward<F>(f)),
                                                  std::move(spec), kept != nullptr);
        rows_view->use_serdes(serdes);
        if constexpr (detail::transformer_supplier<std::decay_t<F>>)
            rows_view->use_stores(detail::pick<state_stores>(options...).names, std::move(brought));
        const auto write = [rows_view, ends = at().window_ends.value_or(streams::window_ends())](
                               const detail::graph_node& node, topology& out) { rows_view->write(node, ends, out); };
        graph_node_ref node =
            at().graph->add(at().graph->name_or_new(detail::pick<named>(options...).name, prefix), write, *at().node);
        return ktable<Key, NewValue, NewRows>(at().behind(node, false), std::move(rows_view));
    }
};

} // namespace streams::inline v0

#include <streams/dsl/kgrouped_table.hpp>
#include <streams/dsl/kstream.hpp>
#include <streams/serde/window_ends.hpp>
