#pragma once

#include <streams/dsl/aggregations.hpp>
#include <streams/dsl/detail/windows/windowed_handle.hpp>

namespace streams::inline v0 {

/// A stream grouped by key and time window (Kafka's `TimeWindowedKStream`), on its way to a table. Records with a null key
/// are dropped, and those whose windows have closed as late. A null value reaches the functors, where Value admits it,
/// except in sliding windows, which drop it.
template <class Key, class Value, class Windows>
class time_windowed_kstream
    : public detail::windowed_handle<time_windowed_kstream<Key, Value, Windows>, Key, Value, Windows>,
      public all_aggregations<time_windowed_kstream<Key, Value, Windows>, without_null_t<Key>,
                              typename Windows::template value_in<Value>> {
    template <class Group, class K, class V>
    friend class aggregations;
    template <class Group, class K, class V>
    friend class all_aggregations;

public:
    using detail::windowed_handle<time_windowed_kstream, Key, Value, Windows>::windowed_handle;
};

} // namespace streams::inline v0

#include <streams/dsl/ktable.hpp>
