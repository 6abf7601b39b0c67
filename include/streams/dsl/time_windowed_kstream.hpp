#pragma once

#include <streams/dsl/aggregations.hpp>
#include <streams/dsl/detail/windowed_table.hpp>
#include <streams/dsl/fwd.hpp>
#include <streams/dsl/options.hpp>

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
    /// For the library: a grouping with windows.
    time_windowed_kstream(std::shared_ptr<detail::group_state> group, Windows windows)
        : group_(std::move(group)), windows_(windows) {}

private:
    static constexpr bool numbers_counts = !std::is_same_v<Windows, detail::sliding_windows>;
    [[nodiscard]] const detail::attachment& at() const noexcept { return group_->at; }

    template <class Checked, class... Options>
    [[nodiscard]] auto add(std::string_view prefix, Checked checked, const Options&... options) const {
        using plan = decltype(checked.plan);
        detail::check_aggregated_types<Key, Value, typename plan::aggregate_type>();
        using shape = detail::by_window<Key, Value, plan, Windows>;
        auto names = detail::new_names(at(), prefix, options...);
        auto table = std::make_shared<detail::aggregated_table<shape>>(
            shape{std::move(checked.plan), windows_}, shape::spec(names.store, windows_, options...));
        auto place = detail::add_aggregation<Key, Value>(
            *group_, std::move(names.node), names.store, table,
            {.window_size = std::chrono::milliseconds(windows_.size), .grace = std::chrono::milliseconds(windows_.grace)});
        return ktable<typename shape::key_type, typename shape::row_type, Checked::result_rows>(std::move(place),
                                                                                               std::move(table));
    }

    std::shared_ptr<detail::group_state> group_;
    Windows windows_;
};

} // namespace streams::inline v0

#include <streams/dsl/ktable.hpp>
