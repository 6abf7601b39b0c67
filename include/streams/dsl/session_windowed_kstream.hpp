#pragma once

#include <streams/dsl/aggregations.hpp>
#include <streams/dsl/detail/graph/option_checks.hpp>
#include <streams/dsl/detail/windows/windowed_handle.hpp>

#include <utility>

namespace streams::inline v0 {

/// A stream grouped by key and session (Kafka's `SessionWindowedKStream`), on its way to a table of
/// session_windowed<Key>. A session that grows or is joined with another gets another key, so the row of the old one is
/// deleted. Records with a null key are dropped, and those of a closed session as late; a null value reaches the
/// functors, where Value admits it.
template <class Key, class Value>
class session_windowed_kstream
    : public detail::windowed_handle<session_windowed_kstream<Key, Value>, Key, Value, detail::session_windows>,
      public aggregations<session_windowed_kstream<Key, Value>, without_null_t<Key>, Value> {
    template <class Group, class K, class V>
    friend class aggregations;

public:
    using detail::windowed_handle<session_windowed_kstream, Key, Value, detail::session_windows>::windowed_handle;

    /// Takes the values of each session into an aggregate of any type that has a serde. `init` makes the first
    /// aggregate; the functor takes (value, aggregate) or (key, value, aggregate), and the merger, which joins two
    /// sessions, (aggregate, aggregate) or (key, aggregate, aggregate), aggregates as rvalues. The merger is also called
    /// for a record that joins one session: with what `init` makes, then the session.
    template <class Initializer, class F, class Merger, class... Options>
    auto aggregate(Initializer&& init, F&& aggregator, Merger&& merger, const Options&... options) const {
        detail::check_table_options<Options...>();
        using session_checks = detail::aggregation_checks<without_null_t<Key>, Value>;
        return this->add("KSTREAM-AGGREGATE-",
                         session_checks::aggregate(std::forward<Initializer>(init), std::forward<F>(aggregator),
                                                   std::forward<Merger>(merger)),
                         options...);
    }
};

} // namespace streams::inline v0

#include <streams/dsl/ktable.hpp>
