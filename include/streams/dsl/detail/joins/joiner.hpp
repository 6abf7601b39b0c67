#pragma once

#include <streams/dsl/detail/graph/functor.hpp>
#include <streams/dsl/detail/graph/functor_checks.hpp>
#include <streams/dsl/detail/stores/view_of_copy.hpp>

#include <concepts>
#include <functional>
#include <type_traits>

namespace streams::inline v0::detail {

/// Does not compile unless F joins two sides, whose calls are given: joiner_calls or stream_joiner_calls.
template <class F, class Calls>
consteval void check_joiner() {
    if constexpr (check_shareable<F, Calls>())
        static_assert(
            Calls::template fit<F>,
            "the joiner must be callable with (left, right) or (key, left, right); a side that can be absent, the "
            "right one of a left join and both of an outer join, is a pointer, null where there is none");
}

/// A joiner of a value and a row takes (value, row) or (key, value, row).
template <class Key, class Value, class Row>
using joiner_calls = calls<call_with<const Value&, Row>, call_with<const Key&, const Value&, Row>>;

template <class F, class Key, class Value, class Row>
decltype(auto) call_joiner(F& functor, const Key& key, const Value& value, Row row) {
    if constexpr (std::is_invocable_v<F&, const Value&, Row>)
        return std::invoke(functor, value, static_cast<Row>(row));
    else
        return std::invoke(functor, key, value, static_cast<Row>(row));
}
template <class F, class Key, class Value, class Row>
struct joiner_result {
    using type = outliving_result_t<std::invoke_result_t<as_called_t<F>, const Key&, const Value&, Row>, F, Key, Value,
                                    std::remove_cvref_t<Row>>;
};
template <class F, class Key, class Value, class Row>
    requires std::invocable<as_called_t<F>, const Value&, Row>
struct joiner_result<F, Key, Value, Row> {
    using type =
        outliving_result_t<std::invoke_result_t<as_called_t<F>, const Value&, Row>, F, Value, std::remove_cvref_t<Row>>;
};
template <class F, class Key, class Value, class Row>
using joined_t = std::remove_cvref_t<typename joiner_result<F, Key, Value, Row>::type>;

} // namespace streams::inline v0::detail
