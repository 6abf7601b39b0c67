#pragma once

#include <streams/dsl/aggregations.hpp>
#include <streams/dsl/detail/late_records.hpp>
#include <streams/dsl/detail/windowed_table.hpp>
#include <streams/dsl/fwd.hpp>
#include <streams/dsl/options.hpp>
#include <streams/dsl/windows.hpp>

#include <memory>
#include <utility>

namespace streams::inline v0 {

/// A stream grouped by key and session (Kafka's `SessionWindowedKStream`), on its way to a table of
/// session_windowed<Key>. A session that grows or is joined with another gets another key, so the row of the old one is
/// deleted. Records with a null key are dropped, and those of a closed session as late; a null value reaches the
/// functors, where Value admits it.
template <class Key, class Value>
class session_windowed_kstream
    : public aggregations<session_windowed_kstream<Key, Value>, without_null_t<Key>, Value> {
    template <class Group, class K, class V>
    friend class aggregations;

public:
    /// Takes the values of each session into an aggregate of any type that has a serde. `init` makes the first
    /// aggregate; the functor takes (value, aggregate) or (key, value, aggregate), and the merger, which joins two
    /// sessions, (aggregate, aggregate) or (key, aggregate, aggregate), aggregates as rvalues. The merger is also called
    /// for a record that joins one session: with what `init` makes, then the session.
    template <class Initializer, class F, class Merger, class... Options>
    auto aggregate(Initializer&& init, F&& aggregator, Merger&& merger, const Options&... options) const {
        static_assert(detail::options_of<named, materialized, detail::serde_options>::admit<Options...>,
                      "aggregate takes the options named, materialized, key_serde(object) and value_serde(object)");
        using of_sessions = detail::aggregation_checks<without_null_t<Key>, Value>;
        return add("KSTREAM-AGGREGATE-",
                   of_sessions::aggregate(std::forward<Initializer>(init), std::forward<F>(aggregator),
                                     std::forward<Merger>(merger)),
                   options...);
    }

    /// Forwards each session once, when it closes, instead of every update (Kafka's `EmitStrategy.onWindowClose`): in the
    /// order of their ends. Looks for closed ones as records come, at most once a second of the wall clock.
    [[nodiscard]] session_windowed_kstream emit_on_close() const { return emitting({.on_close = true}); }
    /// The same. An extension: where no record has come for `idle.after` of the wall clock, every open session closes and
    /// leaves; what comes for it later is late. In each task for itself. Throws topology_error unless after > 0.
    [[nodiscard]] session_windowed_kstream emit_on_close(close_when_idle idle) const {
        return emitting({.on_close = true, .idle_timeout = detail::checked(idle)});
    }

    /// An extension: records that come when every window they belong to has closed go to a topic, or to what the functor
    /// does with them, instead of being dropped: `late_to("late-payments")`,
    /// `late_to([](kstream<K, V> late) { late.map_values(...).to("late"); })`. As they came, with their timestamps.
    template <class To>
    [[nodiscard]] session_windowed_kstream late_to(To&& to) const {
        session_windowed_kstream copy = *this;
        copy.late_ = detail::make_late_exit<Key, Value>(std::forward<To>(to), group_->serdes);
        return copy;
    }

    /// For the library: a grouping with windows.
    session_windowed_kstream(detail::shared_value<detail::typed_group<Key, Value>> group, detail::session_windows windows)
        : group_(std::move(group)), windows_(windows) {}

private:
    [[nodiscard]] session_windowed_kstream emitting(const detail::emission& how) const {
        session_windowed_kstream copy = *this;
        copy.how_ = how;
        return copy;
    }

    static constexpr bool numbers_counts = true;
    [[nodiscard]] const detail::attachment& at() const noexcept { return group_->at; }

    template <class Checked, class... Options>
    [[nodiscard]] auto add(std::string_view prefix, Checked checked, const Options&... options) const {
        using plan = decltype(checked.plan);
        detail::check_aggregated_types<Key, Value, typename plan::aggregate_type>();
        using shape = detail::by_session<Key, Value, plan>;
        const auto kept = detail::pick<materialized>(options...);
        detail::emission how = how_;
        how.by_key = kept.in_memory;
        auto names = detail::new_names(at(), prefix, options...);
        const auto serdes = detail::row_serdes<plan>(group_->serdes, names.store, options...);
        auto table = detail::shared_value<detail::aggregated_table<shape>>(std::in_place, 
            shape{std::move(checked.plan), windows_, how}, shape::spec(names.store, windows_, how_, kept), serdes);
        table->use_serdes({detail::session_key_serde(serdes.key), serdes.value});
        auto place =
            detail::add_aggregation<Key, Value>(*group_, std::move(names.node), names.store, table,
                                                {.grace = std::chrono::milliseconds(windows_.gap + windows_.grace)});
        detail::add_late_exit(late_, place, at());
        return ktable<typename shape::key_type, typename shape::row_type, rows::deletable>(std::move(place),
                                                                                          std::move(table));
    }

    detail::shared_value<detail::typed_group<Key, Value>> group_;
    detail::session_windows windows_;
    detail::emission how_{};
    detail::late_exit late_{};
};

} // namespace streams::inline v0

#include <streams/dsl/ktable.hpp>
