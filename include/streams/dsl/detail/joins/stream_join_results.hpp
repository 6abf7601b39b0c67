#pragma once

#include <streams/dsl/detail/graph/functor.hpp>
#include <streams/dsl/detail/joins/stream_joiner.hpp>
#include <streams/topology/node.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>
#include <variant>

namespace streams::inline v0::detail {

/// Makes the results of a stream-stream join, and forwards them.
template <class KeyIn, class Arguments, class NewValue, class F>
class stream_join_results {
    using key_type = without_null_t<KeyIn>;
    using key_out = typename Arguments::key_type;

public:
    explicit stream_join_results(shared_functor<F> joiner) : joiner_(std::move(joiner)) {}

    /// The key as results have it: the same object, or a copy that admits null, valid until the next call.
    const key_out& widened(const key_type& key) {
        if constexpr (std::is_same_v<key_out, key_type>)
            return key;
        else
            return wide_key_ = key;
    }
    /// A side that is absent is null. A result has the headers `with`.
    void forward(const key_out& key, const typename Arguments::left_type* left,
                 const typename Arguments::right_type* right, std::int64_t timestamp, headers& with,
                 const outputs<key_out, NewValue>& children) const {
        const NewValue& result = join_values<Arguments>(joiner_.get(), key, left, right);
        children.forward({key, result, timestamp, with});
    }

private:
    task_functor<F> joiner_;
    /// Only where results admit null keys and this side does not.
    [[no_unique_address]] std::conditional_t<std::is_same_v<key_out, key_type>, std::monostate, key_out> wide_key_{};
};

} // namespace streams::inline v0::detail
