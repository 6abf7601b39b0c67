#pragma once

#include <streams/dsl/concepts.hpp>
#include <streams/dsl/detail/graph/option_checks.hpp>
#include <streams/dsl/detail/graph/pick.hpp>
#include <streams/dsl/detail/graph/stream_handle.hpp>
#include <streams/dsl/detail/graph/type_checks.hpp>
#include <streams/dsl/detail/joins/joiner.hpp>
#include <streams/dsl/detail/joins/stream_join.hpp>
#include <streams/dsl/detail/stateless/merge_node.hpp>
#include <streams/dsl/detail/tables/stateful.hpp>
#include <streams/dsl/fwd.hpp>
#include <streams/dsl/options.hpp>
#include <streams/dsl/windows.hpp>

#include <type_traits>
#include <utility>

namespace streams::inline v0 {

/// The joins of a stream; part of kstream.
template <class Key, class Value>
class kstream_joins : public detail::stream_handle<Key, Value> {
public:
    using detail::stream_handle<Key, Value>::stream_handle;

    /// Joins each record with the table's row of its key, where there is one:
    /// `clicks.join(users, [](const click& c, const user& u) { return visit{c.page, u.level}; })`.
    /// The joiner takes (value, row) or (key, value, row). Records with null key or value are dropped. A versioned table is
    /// read as it was at the record's time; joined{.grace = 5min} has records wait that long for its late updates.
    template <class TableKey, class Row, rows Rows, class F, class... Options>
    [[nodiscard]] auto join(const ktable<TableKey, Row, Rows>& table, F&& joiner, const Options&... options) const {
        detail::check_table_join_options<Options...>();
        return joined_with<false, const Row&>(table, std::forward<F>(joiner), detail::pick<joined>(options...),
                                              detail::serdes_from(this->serdes(), options...));
    }
    /// As join, but a record without a row is kept: the joiner receives a `const Row*`, null where there is no row. A
    /// record with a null key is joined with no row; one with a null value is dropped.
    template <class TableKey, class Row, rows Rows, class F, class... Options>
    [[nodiscard]] auto left_join(const ktable<TableKey, Row, Rows>& table, F&& joiner,
                                 const Options&... options) const {
        detail::check_table_join_options<Options...>();
        return joined_with<true, const Row*>(table, std::forward<F>(joiner), detail::pick<joined>(options...),
                                             detail::serdes_from(this->serdes(), options...));
    }

    /// Joins each record with those of the other stream that have its key and a time within the windows:
    /// `orders.join(payments, [](const order& o, const payment& p) { return paid{o, p}; }, join_windows{1h})`. The joiner
    /// takes (left, right) or (key, left, right). A result has the larger of the two timestamps. Records with null key or
    /// value are dropped.
    template <class OtherKey, class OtherValue, class F, class... Options>
    [[nodiscard]] auto join(const kstream<OtherKey, OtherValue>& other, F&& joiner, const join_windows& windows,
                            const Options&... options) const {
        detail::check_stream_join_options<Options...>();
        return joined_within<detail::join_kind::inner, without_null_t<Key>>(other, std::forward<F>(joiner), windows,
                                                                            options...);
    }
    /// As join, but a left record without a match is joined with null once its windows and their grace have passed: the
    /// joiner receives the right side as a pointer. A left record with a null key is joined with null at once.
    template <class OtherKey, class OtherValue, class F, class... Options>
    [[nodiscard]] auto left_join(const kstream<OtherKey, OtherValue>& other, F&& joiner, const join_windows& windows,
                                 const Options&... options) const {
        detail::check_stream_join_options<Options...>();
        return joined_within<detail::join_kind::left, Key>(other, std::forward<F>(joiner), windows, options...);
    }
    /// As left_join, but records of either side are kept: the joiner receives two pointers, of which one may be null.
    template <class OtherKey, class OtherValue, class F, class... Options>
    [[nodiscard]] auto outer_join(const kstream<OtherKey, OtherValue>& other, F&& joiner, const join_windows& windows,
                                  const Options&... options) const {
        detail::check_stream_join_options<Options...>();
        return joined_within<detail::join_kind::outer, detail::wider_t<Key, OtherKey>>(other, std::forward<F>(joiner),
                                                                                       windows, options...);
    }

private:
    template <detail::join_kind Kind, class JoinedKey, class OtherKey, class OtherValue, class F, class... Options>
    [[nodiscard]] auto joined_within(const kstream<OtherKey, OtherValue>& other, F&& joiner,
                                     const join_windows& windows, const Options&... options) const {
        static_assert(
            std::is_same_v<without_null_t<Key>, without_null_t<OtherKey>>,
            "kstream::join: both streams must have the same key type; bring one to the keys of the other with "
            "select_key, which repartitions it");
        detail::check_serdes<Key, Value, OtherValue>();
        detail::check_storable<without_null_t<Key>, without_null_t<Value>, without_null_t<OtherValue>>();
        using arguments =
            detail::stream_join_arguments<JoinedKey, without_null_t<Value>, without_null_t<OtherValue>, Kind>;
        detail::check_joiner<F, detail::stream_joiner_calls<arguments>>();
        using NewValue = detail::stream_joined_t<F, arguments>;
        const auto left = detail::serdes_from(this->serdes(), options...);
        const detail::stream_join_serdes<arguments> serdes{
            left.key, left.value, detail::serde_from<other_value_serde>(other.serdes().value, options...)};
        return kstream<JoinedKey, NewValue>(detail::join_streams<Key, Value, OtherKey, OtherValue, arguments, NewValue>(
                                                this->state(), other.state(), detail::share(std::forward<F>(joiner)),
                                                detail::span_of(windows), detail::pick<stream_joined>(options...),
                                                serdes),
                                            {serdes.key, {}});
    }

    template <bool Left, class RowArgument, class TableKey, class Row, rows Rows, class F>
    [[nodiscard]] auto joined_with(const ktable<TableKey, Row, Rows>& table, F&& joiner, const joined& options,
                                   const serdes_for<Key, Value>& serdes) const {
        detail::check_serdes<Key, Value>();
        static_assert(
            std::is_same_v<TableKey, without_null_t<Key>>,
            "kstream::join: stream and table must have the same key type; bring the stream to the table's keys "
            "with select_key, which repartitions it");
        using JoinedKey = std::conditional_t<Left, Key, without_null_t<Key>>;
        using plain = without_null_t<Value>;
        detail::check_joiner<F, detail::joiner_calls<JoinedKey, plain, RowArgument>>();
        using NewValue = detail::joined_t<F, JoinedKey, plain, RowArgument>;
        return kstream<JoinedKey, NewValue>(
            detail::stateful<Key, Value>::template add_table_join<Left, NewValue>(
                this->state(), table.at(), table.table(), detail::share(std::forward<F>(joiner)), options, serdes),
            {serdes.key, {}});
    }
};

} // namespace streams::inline v0
