#pragma once

#include <streams/dsl/detail/graph/functor_checks.hpp>
#include <streams/dsl/detail/graph/option_checks.hpp>
#include <streams/dsl/detail/joins/stream_global_join_node.hpp>
#include <streams/dsl/global_ktable.hpp>
#include <streams/dsl/kstream_joins.hpp>

#include <type_traits>
#include <utility>

namespace streams::inline v0 {

/// The joins of a stream with global tables; part of kstream.
template <class Key, class Value>
class kstream_global_joins : public kstream_joins<Key, Value> {
    using base = kstream_joins<Key, Value>;
    using plain = without_null_t<Value>;

public:
    using base::base;
    using base::join;
    using base::left_join;

    /// Joins each record with the global table's row of the key that `select` makes of it, where there is one:
    /// `orders.join(products, &order::product_id, [](const order& o, const product& p) { return priced{o, p.cents}; })`.
    /// `select` takes (value) or (key, value), without null in the value; the joiner (value, row), (key, value, row) or
    /// (key, table key, value, row), the last with the key that `select` made (KIP-1340). Records with a null value are
    /// dropped, and those for which `select` returns an empty optional. Keys stay, and nothing is repartitioned.
    template <class TableKey, class Row, class Select, class F, class... Options>
    [[nodiscard]] auto join(const global_ktable<TableKey, Row>& table, Select&& select, F&& joiner,
                            const Options&... options) const {
        detail::check_name_option<Options...>();
        return joined_with<false, const TableKey&, const Row&>(table, std::forward<Select>(select),
                                                               std::forward<F>(joiner), options...);
    }
    /// As join, but a record without a row, or without a key to look up, is kept: the joiner receives a `const Row*`, null
    /// where there is no row, and in the place of the table's key a `const TableKey*`, null where `select` returned none.
    template <class TableKey, class Row, class Select, class F, class... Options>
    [[nodiscard]] auto left_join(const global_ktable<TableKey, Row>& table, Select&& select, F&& joiner,
                                 const Options&... options) const {
        detail::check_name_option<Options...>();
        return joined_with<true, const TableKey*, const Row*>(table, std::forward<Select>(select),
                                                              std::forward<F>(joiner), options...);
    }

private:
    template <bool Left, class KeyArgument, class RowArgument, class TableKey, class Row, class Select, class F,
              class... Options>
    [[nodiscard]] auto joined_with(const global_ktable<TableKey, Row>& table, Select&& select, F&& joiner,
                                   const Options&... options) const {
        if constexpr (detail::check_shareable<Select, detail::record_calls<Key, plain>>())
            static_assert(record_functor<Select, Key, plain>,
                          "kstream::join with a global table: the key selector must be callable with (value) or (key, "
                          "value) of the stream's types, the value without its null");
        static_assert(std::is_same_v<without_null_t<detail::record_value_t<Select, Key, plain>>, TableKey>,
                      "kstream::join with a global table: the key selector must return a key of the table, or a "
                      "std::optional of it");
        using accepted = detail::global_joiner_calls<Key, KeyArgument, plain, RowArgument>;
        if constexpr (detail::check_shareable<F, accepted>())
            static_assert(
                accepted::template fit<F>,
                "kstream::join with a global table: the joiner must be callable with (value, row), (key, value, "
                "row) or (key, table key, value, row); in a left join row and table key are pointers, null where "
                "there is none");
        using NewValue = detail::global_joined_t<F, Key, KeyArgument, plain, RowArgument>;
        using node_type = detail::stream_global_join_node<Key, Value, TableKey, Row, NewValue, std::decay_t<Select>,
                                                          std::decay_t<F>, Left>;
        const auto& at = this->at();
        auto& joined_node = at.graph->add_processor(
            this->template name<named>("KSTREAM-LEFTJOIN-", options...), *at.node,
            [store = table.store_name(), select = detail::share(std::forward<Select>(select)),
             joiner = detail::share(std::forward<F>(joiner))] { return make_node<node_type>(store, select, joiner); });
        joined_node.passes_null_keys = Left;
        return kstream<Key, NewValue>(at.behind(joined_node), {this->serdes().key, {}});
    }
};

} // namespace streams::inline v0
