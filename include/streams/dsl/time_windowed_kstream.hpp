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

/// A stream grouped by key and time window (Kafka's `TimeWindowedKStream`), on its way to a table. Records with a null key
/// are dropped, and those whose windows have closed as late. A null value reaches the functors, where Value admits it,
/// except in sliding windows, which drop it.
template <class Key, class Value, class Windows>
class time_windowed_kstream
    : public all_aggregations<time_windowed_kstream<Key, Value, Windows>, without_null_t<Key>,
                              detail::value_in_windows<Value, Windows>> {
    template <class Group, class K, class V>
    friend class aggregations;
    template <class Group, class K, class V>
    friend class all_aggregations;

public:
    /// Forwards each window once, when it closes, instead of every update (Kafka's `EmitStrategy.onWindowClose`): in the
    /// order of time, then of key bytes. Looks for closed ones as records come, at most once a second of the wall clock.
    /// Throws topology_error for unlimited windows, which never close.
    [[nodiscard]] time_windowed_kstream emit_on_close() const { return emitting({.on_close = true}); }
    /// The same. An extension: where no record has come for `idle.after` of the wall clock, every open window closes and
    /// leaves; what comes for it later is late. In each task for itself. Throws topology_error unless after > 0.
    [[nodiscard]] time_windowed_kstream emit_on_close(close_when_idle idle) const {
        return emitting({.on_close = true, .idle_timeout = detail::checked(idle)});
    }

    /// An extension: records that come when every window they belong to has closed go to a topic, or to what the functor
    /// does with them, instead of being dropped: `late_to("late-payments")`,
    /// `late_to([](kstream<K, V> late) { late.map_values(...).to("late"); })`. As they came, with their timestamps.
    template <class To>
    [[nodiscard]] time_windowed_kstream late_to(To&& to) const {
        time_windowed_kstream copy = *this;
        copy.late_ = detail::make_late_exit<Key, Value>(std::forward<To>(to), group_->serdes);
        return copy;
    }

    /// For the library: a grouping with windows.
    time_windowed_kstream(detail::shared_value<detail::typed_group<Key, Value>> group, Windows windows)
        : group_(std::move(group)), windows_(windows) {}

private:
    [[nodiscard]] time_windowed_kstream emitting(const detail::emission& how) const {
        detail::require_end(windows_);
        time_windowed_kstream copy = *this;
        copy.how_ = how;
        return copy;
    }

    static constexpr bool numbers_counts = !std::is_same_v<Windows, detail::sliding_windows>;
    [[nodiscard]] const detail::attachment& at() const noexcept { return group_->at; }

    template <class Checked, class... Options>
    [[nodiscard]] auto add(std::string_view prefix, Checked checked, const Options&... options) const {
        using plan = decltype(checked.plan);
        detail::check_aggregated_types<Key, Value, typename plan::aggregate_type>();
        using shape = detail::by_window<Key, Value, plan, Windows>;
        const auto kept = detail::pick<materialized>(options...);
        auto names = detail::new_names(at(), prefix, options...);
        const auto serdes = detail::row_serdes<plan>(group_->serdes, names.store, options...);
        auto table = detail::shared_value<detail::aggregated_table<shape>>(std::in_place, 
            shape{std::move(checked.plan), windows_, how_}, shape::spec(names.store, windows_, how_, kept), serdes);
        table->use_serdes({detail::windowed_key_serde(serdes.key, windows_.ends()), serdes.value});
        auto place = detail::add_aggregation<Key, Value>(
            *group_, std::move(names.node), names.store, table,
            {.window_ends = windows_.ends(), .grace = std::chrono::milliseconds(windows_.grace)});
        detail::add_late_exit(late_, place, at());
        return ktable<typename shape::key_type, typename shape::row_type, Checked::result_rows>(std::move(place),
                                                                                               std::move(table));
    }

    detail::shared_value<detail::typed_group<Key, Value>> group_;
    Windows windows_;
    detail::emission how_{};
    detail::late_exit late_{};
};

} // namespace streams::inline v0

#include <streams/dsl/ktable.hpp>
