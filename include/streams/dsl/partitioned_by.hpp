#pragma once

#include <streams/core/record.hpp>
#include <streams/dsl/concepts.hpp>
#include <streams/dsl/detail/graph/functor.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace streams::inline v0 {

/// What partitioned_by returns.
template <class F>
struct partitioner_option {
    F choose;
};

/// Chooses the partition of each record (Kafka's `StreamPartitioner`): `s.to("out", partitioned_by(by_country))`. The
/// functor takes `(value, partitions)`, `(key, value, partitions)`, `(key, value, const headers&, partitions)` (KIP-1321)
/// or `(const record<Key, Value>&, topic, partitions)`, and returns a partition from 0; std::nullopt for the default one,
/// murmur2 of the key; or a range of partitions, each of which gets the record (KIP-837; none: the record is dropped, and
/// counted as drop_reason::partitioner).
template <class F>
[[nodiscard]] partitioner_option<std::decay_t<F>> partitioned_by(F&& choose) {
    return {std::forward<F>(choose)};
}

namespace detail {

template <class F, class Key, class Value>
concept short_partitioner = std::invocable<as_called_t<F>, const Value&, std::int32_t>;
template <class F, class Key, class Value>
concept keyed_partitioner = std::invocable<as_called_t<F>, const Key&, const Value&, std::int32_t>;
template <class F, class Key, class Value>
concept headers_partitioner = std::invocable<as_called_t<F>, const Key&, const Value&, const headers&, std::int32_t>;
template <class F, class Key, class Value>
concept record_partitioner = std::invocable<as_called_t<F>, const record<Key, Value>&, std::string_view, std::int32_t>;

/// A user's partitioner as topic_sink calls it.
template <class Key, class Value, class F>
struct partition_choice {
    task_functor<F> functor;

    auto operator()(const record<Key, Value>& r, std::string_view topic, std::int32_t partitions) const {
        if constexpr (short_partitioner<F, Key, Value>)
            return std::invoke(functor.get(), r.value, partitions);
        else if constexpr (keyed_partitioner<F, Key, Value>)
            return std::invoke(functor.get(), r.key, r.value, partitions);
        else if constexpr (headers_partitioner<F, Key, Value>)
            return std::invoke(functor.get(), r.key, r.value, std::as_const(r.headers), partitions);
        else
            return std::invoke(functor.get(), r, topic, partitions);
    }
};

template <class F, class Key, class Value>
constexpr void check_partitioner() {
    static_assert(short_partitioner<F, Key, Value> || keyed_partitioner<F, Key, Value> ||
                      headers_partitioner<F, Key, Value> || record_partitioner<F, Key, Value>,
                  "partitioned_by: the functor must be callable, as const, with (value, partitions), (key, value, "
                  "partitions), (key, "
                  "value, headers, partitions) or (const record<Key, Value>&, topic, partitions) of the stream's "
                  "types; check its "
                  "parameters, std::optional included");
}

} // namespace detail

} // namespace streams::inline v0
