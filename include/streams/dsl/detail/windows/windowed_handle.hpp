#pragma once

#include <streams/dsl/detail/aggregation/aggregation_names.hpp>
#include <streams/dsl/detail/graph/pick.hpp>
#include <streams/dsl/detail/windows/late_records.hpp>
#include <streams/dsl/detail/windows/windowed_table.hpp>
#include <streams/dsl/fwd.hpp>
#include <streams/dsl/options.hpp>
#include <streams/dsl/windows.hpp>

#include <string_view>
#include <utility>

namespace streams::inline v0::detail {

/// What a stream that is grouped by windows of any kind offers beside its aggregations. `Handle`: what it is a part of.
template <class Handle, class Key, class Value, class Windows>
class windowed_handle {
public:
    /// Forwards each window once, when it closes, instead of every update (Kafka's `EmitStrategy.onWindowClose`): in the
    /// order of time, then of key bytes; sessions in the order of their ends. Looks for closed ones as records come, at most
    /// once a second of the wall clock. Throws topology_error for unlimited windows, which never close.
    [[nodiscard]] Handle emit_on_close() const { return emitting({.on_close = true}); }
    /// The same. An extension: where no record has come for `idle.after` of the wall clock, every open window closes and
    /// leaves; what comes for it later is late. In each task for itself. Throws topology_error unless after > 0.
    [[nodiscard]] Handle emit_on_close(close_when_idle idle) const {
        return emitting({.on_close = true, .idle_timeout = checked(idle)});
    }

    /// An extension: records that come when every window they belong to has closed go to a topic, or to what the functor
    /// does with them, instead of being dropped: `late_to("late-payments")`,
    /// `late_to([](kstream<K, V> late) { late.map_values(...).to("late"); })`. As they came, with their timestamps.
    template <class To>
    [[nodiscard]] Handle late_to(To&& to) const {
        Handle copy = static_cast<const Handle&>(*this);
        copy.late_ = make_late_exit<Key, Value>(std::forward<To>(to), group_->serdes);
        return copy;
    }

    /// For the library: a grouping with windows.
    windowed_handle(shared_value<typed_group<Key, Value>> group, Windows windows)
        : group_(std::move(group)), windows_(std::move(windows)) {}

protected:
    static constexpr bool numbers_counts = Windows::numbers_counts;
    [[nodiscard]] const attachment& at() const noexcept { return group_->at; }

    template <class Checked, class... Options>
    [[nodiscard]] auto add(std::string_view prefix, Checked checked, const Options&... options) const {
        using plan = decltype(checked.plan);
        check_aggregated_types<Key, Value, typename plan::aggregate_type>();
        using shape = by_window<Key, Value, plan, Windows>;
        const auto kept = pick<materialized>(options...);
        emission strategy = strategy_;
        strategy.by_key = kept.in_memory;
        auto names = new_names(at(), prefix, options...);
        const auto serdes = row_serdes<plan>(group_->serdes, names.store, options...);
        shared_value<aggregated_table<shape>> table(std::in_place, shape{std::move(checked.plan), windows_, strategy},
                                                    windows_.store(names.store, kept, strategy), serdes);
        table->use_serdes({Windows::rows::key_serde(serdes.key, windows_.ends()), serdes.value});
        auto place = add_aggregation<Key, Value>(*group_, std::move(names.node), names.store, table, windows_.times());
        add_late_exit(late_, place, at());
        constexpr rows result_rows = Windows::merges ? rows::deletable : Checked::result_rows;
        return ktable<typename shape::key_type, typename shape::row_type, result_rows>(std::move(place),
                                                                                       std::move(table));
    }

private:
    [[nodiscard]] Handle emitting(const emission& strategy) const {
        windows_.require_end();
        Handle copy = static_cast<const Handle&>(*this);
        copy.strategy_ = strategy;
        return copy;
    }

    shared_value<typed_group<Key, Value>> group_;
    Windows windows_;
    emission strategy_{};
    late_exit late_{};
};

} // namespace streams::inline v0::detail
