#pragma once

#include <streams/dsl/concepts.hpp>
#include <streams/dsl/detail/foreign_key/foreign_join.hpp>
#include <streams/dsl/detail/graph/functor_checks.hpp>
#include <streams/dsl/detail/graph/option_checks.hpp>
#include <streams/dsl/detail/graph/pick.hpp>
#include <streams/dsl/detail/graph/table_handle.hpp>
#include <streams/dsl/detail/graph/type_checks.hpp>
#include <streams/dsl/detail/joins/joiner.hpp>
#include <streams/dsl/detail/joins/table_join.hpp>
#include <streams/dsl/fwd.hpp>
#include <streams/dsl/options.hpp>

#include <type_traits>
#include <utility>

namespace streams::inline v0 {

namespace detail {
/// An option of some operator, and so no functor.
template <class T>
concept option = options_of<named, consumed, produced, grouped, repartitioned, joined, branched, materialized,
                            table_joined, serde_options>::template has<T>;
} // namespace detail

/// The joins of a table; part of ktable.
template <class Key, class Value>
class ktable_joins : public detail::table_handle<Key, Value> {
public:
    using detail::table_handle<Key, Value>::table_handle;

    /// The rows whose key both tables have: `users.join(accounts, [](const user& u, const account& a) { ... })`. The joiner
    /// takes (value, other value) or (key, value, other value), and is called again whenever either side changes; where it
    /// returns an empty std::optional, the result has no row. Both topics need equal partition counts. Throws topology_error
    /// where `other` is this table.
    template <class OtherKey, class Other, rows Rows, class F, detail::option... Options>
    [[nodiscard]] auto join(const ktable<OtherKey, Other, Rows>& other, F&& joiner, const Options&... options) const {
        return joined_with<detail::join_kind::inner>(other, std::forward<F>(joiner), options...);
    }
    /// The rows of this table: the joiner receives a `const Other*`, null where the other table has no row of the key.
    template <class OtherKey, class Other, rows Rows, class F, detail::option... Options>
    [[nodiscard]] auto left_join(const ktable<OtherKey, Other, Rows>& other, F&& joiner,
                                 const Options&... options) const {
        return joined_with<detail::join_kind::left>(other, std::forward<F>(joiner), options...);
    }
    /// The rows whose key either table has: the joiner receives `const Value*` and `const Other*`, one of which may be null.
    template <class OtherKey, class Other, rows Rows, class F, detail::option... Options>
    [[nodiscard]] auto outer_join(const ktable<OtherKey, Other, Rows>& other, F&& joiner,
                                  const Options&... options) const {
        return joined_with<detail::join_kind::outer>(other, std::forward<F>(joiner), options...);
    }

    /// Joins each row with the row of another table that it refers to: the extractor takes (value) or (key, value) and
    /// returns the other table's key, or an empty std::optional where the row refers to none (KIP-213):
    /// `orders.join(customers, &order::customer, [](const order& o, const customer& c) { ... })`. The joiner is as in a join
    /// by the same key, and is called again whenever either row changes. The tables may have different partition counts;
    /// rows meet by way of two internal topics and a store of subscriptions.
    template <class ForeignKey, class Other, rows Rows, class Extractor, class F, class... Options>
        requires(!detail::option<F>)
    [[nodiscard]] auto join(const ktable<ForeignKey, Other, Rows>& other, Extractor&& extractor, F&& joiner,
                            const Options&... options) const {
        return joined_by_key<detail::join_kind::inner>(other, std::forward<Extractor>(extractor),
                                                       std::forward<F>(joiner), options...);
    }
    /// The same for every row of this table: the joiner receives a `const Other*`, null where the row refers to none, or to
    /// one that is not there.
    template <class ForeignKey, class Other, rows Rows, class Extractor, class F, class... Options>
        requires(!detail::option<F>)
    [[nodiscard]] auto left_join(const ktable<ForeignKey, Other, Rows>& other, Extractor&& extractor, F&& joiner,
                                 const Options&... options) const {
        return joined_by_key<detail::join_kind::left>(other, std::forward<Extractor>(extractor),
                                                      std::forward<F>(joiner), options...);
    }

private:
    template <detail::join_kind Kind, class ForeignKey, class Other, rows Rows, class Extractor, class F,
              class... Options>
    [[nodiscard]] auto joined_by_key(const ktable<ForeignKey, Other, Rows>& other, Extractor&& extractor, F&& joiner,
                                     const Options&... options) const {
        static_assert(
            detail::options_of<table_joined, materialized, detail::serde_options>::admit<Options...>,
            "ktable::join by a foreign key takes the options table_joined, materialized, key_serde(object) and "
            "value_serde(object)");
        detail::check_row_functor<Extractor, Key, Value>();
        static_assert(std::is_same_v<without_null_t<detail::record_value_t<Extractor, Key, Value>>, ForeignKey>,
                      "ktable::join: the extractor must return the other table's key, or a std::optional of it");
        using right_type = detail::right_argument<Kind, Other>;
        detail::check_joiner<F, detail::joiner_calls<Key, Value, right_type>>();
        using NewValue = without_null_t<detail::joined_row_t<F, Kind, Key, Value, Other>>;
        detail::check_storable<Key, Value, ForeignKey, Other, NewValue>();

        const detail::attachment& at = this->at();
        const auto join_options = detail::pick<table_joined>(options...);
        const auto kept = detail::pick<materialized>(options...);
        detail::foreign_join_plan plan{.names = detail::new_foreign_join_names(*at.graph, join_options.name),
                                       .place_foreign = join_options.other_partitioner,
                                       .place_primary = join_options.partitioner};
        const std::string store = kept.name.empty() ? at.graph->new_store_name("KTABLE-FK-JOIN-OUTPUT-") : kept.name;
        using result_table = detail::source_table<Key, NewValue>;
        const auto serdes = detail::serdes_from(serdes_for<Key, NewValue>{this->table()->serdes().key, {}}, options...);
        detail::shared_value<result_table> table(std::in_place, detail::key_value_spec(store, kept), !kept.name.empty(),
                                                 serdes);
        using shape = detail::foreign_join<Key, Value, ForeignKey, Other, NewValue, Kind == detail::join_kind::left>;
        return ktable<Key, NewValue, rows::deletable>(shape::add(std::move(plan), at, this->table(), other.at(),
                                                                 other.table(),
                                                                 detail::share(std::forward<Extractor>(extractor)),
                                                                 detail::share(std::forward<F>(joiner)), table),
                                                      table);
    }

    template <detail::join_kind Kind, class OtherKey, class Other, rows Rows, class F, class... Options>
    [[nodiscard]] auto joined_with(const ktable<OtherKey, Other, Rows>& other, F&& joiner,
                                   const Options&... options) const {
        detail::check_table_options<Options...>();
        static_assert(
            std::is_same_v<Key, OtherKey>,
            "ktable::join: both tables must have the same key type; join by a foreign key with an extractor, or "
            "bring one table to the keys of the other");
        using left_type = detail::left_argument<Kind, Value>;
        using right_type = detail::right_argument<Kind, Other>;
        detail::check_joiner<F, detail::joiner_calls<Key, left_type, right_type>>();
        using result = detail::joined_row_t<F, Kind, Key, Value, Other>;
        detail::check_row_value<result>();
        using NewValue = without_null_t<result>;
        constexpr bool stored = (detail::options_of<materialized>::has<Options> || ...);
        if constexpr (stored) detail::check_storable<Key, NewValue>();

        const detail::attachment& at = this->at();
        std::optional<store_spec> spec;
        if (const auto* const kept = detail::picked<materialized>(options...))
            spec = detail::key_value_spec(kept->name.empty() ? at.graph->new_store_name("KTABLE-MERGE-") : kept->name,
                                          *kept);
        const auto serdes = detail::serdes_from(serdes_for<Key, NewValue>{this->table()->serdes().key, {}}, options...);
        if (spec) {
            detail::require_usable(serdes, concat("store ", spec->name));
            spec->serdes = detail::kept_by(serdes.key, serdes.value);
        }
        const std::string name = detail::pick<named>(options...).name;
        const auto side = [&](const char* suffix, const char* prefix) {
            return at.graph->name_or_new(name.empty() ? name : name + suffix, prefix);
        };
        detail::table_join_names names{at.graph->name_or_new(name, "KTABLE-MERGE-"), {}, {}};
        names.left = side("-join-this", "KTABLE-JOINTHIS-");
        names.right = side("-join-other", "KTABLE-JOINOTHER-");

        using functor = std::decay_t<F>;
        using table_type = detail::joined_table<Key, Value, Other, NewValue, functor, Kind, stored>;
        detail::shared_value<table_type> table(std::in_place, this->table(), other.table(),
                                               detail::share(std::forward<F>(joiner)), std::move(spec));
        table->use_serdes(serdes);
        return ktable<Key, NewValue, rows::deletable>(detail::add_table_join(at, other.at(), std::move(names), table),
                                                      table);
    }
};

} // namespace streams::inline v0
