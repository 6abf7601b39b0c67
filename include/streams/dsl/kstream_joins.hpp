#pragma once

#include <streams/dsl/concepts.hpp>
#include <streams/dsl/detail/pick.hpp>
#include <streams/dsl/detail/stateful.hpp>
#include <streams/dsl/detail/stream_handle.hpp>
#include <streams/dsl/fwd.hpp>
#include <streams/dsl/options.hpp>

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
    /// The joiner takes (value, row) or (key, value, row). Records with null key or value are dropped.
    template <class TableKey, class Row, rows Rows, class F, class... Options>
    [[nodiscard]] auto join(const ktable<TableKey, Row, Rows>& table, F&& joiner, const Options&... options) const {
        static_assert(detail::options_of<joined>::admit<Options...>, "kstream::join takes one option: joined");
        return joined_with<false, const Row&>(table, std::forward<F>(joiner), detail::pick<joined>(options...));
    }
    /// As join, but a record without a row is kept: the joiner receives a `const Row*`, null where there is no row. A
    /// record with a null key is joined with no row; one with a null value is dropped.
    template <class TableKey, class Row, rows Rows, class F, class... Options>
    [[nodiscard]] auto left_join(const ktable<TableKey, Row, Rows>& table, F&& joiner,
                                 const Options&... options) const {
        static_assert(detail::options_of<joined>::admit<Options...>, "kstream::left_join takes one option: joined");
        return joined_with<true, const Row*>(table, std::forward<F>(joiner), detail::pick<joined>(options...));
    }

private:
    template <bool Left, class RowArgument, class TableKey, class Row, rows Rows, class F>
    [[nodiscard]] auto joined_with(const ktable<TableKey, Row, Rows>& table, F&& joiner, const joined& options) const {
        this->check_serdes();
        static_assert(
            std::is_same_v<TableKey, without_null_t<Key>>,
            "kstream::join: stream and table must have the same key type; bring the stream to the table's keys "
            "with select_key, which repartitions it");
        using JoinedKey = std::conditional_t<Left, Key, without_null_t<Key>>;
        using plain = without_null_t<Value>;
        static_assert(
            !detail::mutable_joiner<F, JoinedKey, plain, RowArgument>,
            "kstream::join: the joiner is a mutable lambda, but all tasks share it; keep state in a store, or "
            "give each task its own functor with per_task(factory)");
        static_assert(
            detail::joiner<F, JoinedKey, plain, RowArgument>,
            "kstream::join: the joiner must be callable with (value, row) or (key, value, row); in a left join "
            "the row is a pointer, null where there is none");
        using NewValue = detail::joined_t<F, JoinedKey, plain, RowArgument>;
        return kstream<JoinedKey, NewValue>(detail::stateful<Key, Value>::template add_table_join<Left, NewValue>(
            this->state(), table.at(), table.table(), detail::share(std::forward<F>(joiner)), options.name));
    }
};

} // namespace streams::inline v0
