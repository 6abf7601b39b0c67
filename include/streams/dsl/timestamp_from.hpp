#pragma once

#include <streams/dsl/concepts.hpp>
#include <streams/dsl/detail/graph/functor.hpp>
#include <streams/dsl/detail/graph/pick.hpp>
#include <streams/topology/timestamp_extractors.hpp>
#include <streams/topology/topic_source.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

namespace streams::inline v0 {

/// What timestamp_from returns.
template <class F>
struct timestamp_option {
    F extract;
};

/// Chooses the event time of each record of a source (Kafka's `TimestampExtractor`):
/// `builder.stream<std::string, order>("orders", timestamp_from(&order::placed_at_ms))`. The functor takes `(value)`,
/// `(key, value)` or `(key, value, timestamp)`, key and value as the source reads them, the timestamp that of the record in
/// its topic (-1: none); or `(const record_view&, partition_time)`. It returns ms since the epoch, negative to drop the
/// record. Kafka's own are in <streams/topology/timestamp_extractors.hpp>:
/// `timestamp_from(wallclock_timestamp{})`.
template <class F>
[[nodiscard]] timestamp_option<std::decay_t<F>> timestamp_from(F&& extract) {
    return {std::forward<F>(extract)};
}

namespace detail {

template <class F>
concept raw_extractor = std::invocable<as_called_t<F>, const record_view&, std::int64_t>;
template <class F>
concept task_extractor = std::invocable<as_called_t<F>, const record_view&, std::int64_t, const task_context&>;

template <class F, class Key, class Value>
concept own_time_extractor = std::invocable<as_called_t<F>, const Key&, const Value&, std::int64_t>;

/// A user's extractor as topic_source calls it.
template <class Key, class Value, class F>
struct timestamp_choice {
    task_functor<F> functor;

    std::int64_t operator()(const Key& key, const Value& value, const record_view& raw, std::int64_t) const {
        if constexpr (own_time_extractor<F, Key, Value>)
            return std::invoke(functor.get(), key, value, raw.timestamp);
        else
            return call(functor.get(), key, value);
    }
};
template <class F>
struct raw_timestamp_choice {
    task_functor<F> functor;

    std::int64_t operator()(const record_view& raw, std::int64_t partition_time) const {
        return std::invoke(functor.get(), raw, partition_time);
    }
};

/// Makes the extractor of a source from the option that the user gave, or from none.
template <class Key, class Value>
[[nodiscard]] auto timestamp_maker(no_option /*none*/) {
    return [] { return default_timestamp{}; };
}
template <class Key, class Value, class F>
[[nodiscard]] auto timestamp_maker(const timestamp_option<F>& option) {
    static_assert(
        own_time_extractor<F, Key, Value> || raw_extractor<F> || task_extractor<F> || record_functor<F, Key, Value>,
        "timestamp_from: the functor must be callable, as const, with (value), (key, value), (key, value, timestamp) "
        "or "
        "(const record_view&, partition_time), key and value as the source reads them, std::optional included");
    if constexpr (own_time_extractor<F, Key, Value>)
        return [f = share(option.extract)] { return timestamp_choice<Key, Value, F>{task_functor<F>(f)}; };
    else if constexpr (task_extractor<F>)
        return [f = option.extract] { return f; };
    else if constexpr (raw_extractor<F>)
        return [f = share(option.extract)] { return raw_timestamp_choice<F>{task_functor<F>(f)}; };
    else
        return [f = share(option.extract)] { return timestamp_choice<Key, Value, F>{task_functor<F>(f)}; };
}

/// Makes the source of a topic whose timestamps `option` chooses.
template <class Key, class Value, class Option>
[[nodiscard]] auto source_maker(on_null nulls, const Option& option, const serdes_for<Key, Value>& serdes) {
    return [nulls, make_timestamp = timestamp_maker<Key, Value>(option), serdes] {
        return make_node<topic_source<Key, Value, decltype(make_timestamp())>>(nulls, make_timestamp(), serdes.key,
                                                                               serdes.value);
    };
}

} // namespace detail

} // namespace streams::inline v0
