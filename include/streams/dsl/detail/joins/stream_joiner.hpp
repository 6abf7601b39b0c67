#pragma once

#include <streams/dsl/detail/graph/functor.hpp>
#include <streams/dsl/detail/graph/functor_checks.hpp>
#include <streams/dsl/detail/joins/join_kind.hpp>

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

namespace streams::inline v0::detail {

/// The types around a joiner of two streams. A side that can be absent is a pointer.
template <class Key, class Left, class Right, join_kind Kind>
struct stream_join_arguments {
    using key_type = Key;
    using left_type = Left;
    using right_type = Right;
    static constexpr join_kind kind = Kind;
    static constexpr bool left_kept = Kind != join_kind::inner;
    static constexpr bool right_kept = Kind == join_kind::outer;
    using left_argument = std::conditional_t<right_kept, const Left*, const Left&>;
    using right_argument = std::conditional_t<left_kept, const Right*, const Right&>;
};

/// A joiner of two streams takes (left, right) or (key, left, right).
template <class Arguments>
using stream_joiner_calls = calls<call_with<typename Arguments::left_argument, typename Arguments::right_argument>,
                                  call_with<const typename Arguments::key_type&, typename Arguments::left_argument,
                                            typename Arguments::right_argument>>;

/// Calls a joiner of streams with both sides, of which one may be null.
template <class Arguments, class F>
decltype(auto) join_values(F& functor, const typename Arguments::key_type& key,
                           const typename Arguments::left_type* left, const typename Arguments::right_type* right) {
    using left_argument = typename Arguments::left_argument;
    using right_argument = typename Arguments::right_argument;
    const auto passed = []<class Argument, class T>(std::type_identity<Argument>, const T* side) -> Argument {
        if constexpr (std::is_pointer_v<Argument>)
            return side;
        else
            return *side;
    };
    if constexpr (std::is_invocable_v<F&, left_argument, right_argument>)
        return std::invoke(functor, passed(std::type_identity<left_argument>{}, left),
                           passed(std::type_identity<right_argument>{}, right));
    else
        return std::invoke(functor, key, passed(std::type_identity<left_argument>{}, left),
                           passed(std::type_identity<right_argument>{}, right));
}

template <class F, class Arguments>
struct stream_joiner_result {
    using key = typename Arguments::key_type;
    using left = typename Arguments::left_argument;
    using right = typename Arguments::right_argument;
    using type = outliving_result_t<std::invoke_result_t<as_called_t<F>, const key&, left, right>, F, key,
                                    std::remove_cvref_t<left>, std::remove_cvref_t<right>>;
};
template <class F, class Arguments>
    requires std::invocable<as_called_t<F>, typename Arguments::left_argument, typename Arguments::right_argument>
struct stream_joiner_result<F, Arguments> {
    using left = typename Arguments::left_argument;
    using right = typename Arguments::right_argument;
    using type = outliving_result_t<std::invoke_result_t<as_called_t<F>, left, right>, F, std::remove_cvref_t<left>,
                                    std::remove_cvref_t<right>>;
};
template <class F, class Arguments>
using stream_joined_t = std::remove_cvref_t<typename stream_joiner_result<F, Arguments>::type>;

} // namespace streams::inline v0::detail
