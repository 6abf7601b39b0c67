#pragma once

#include <streams/dsl/concepts.hpp>
#include <streams/dsl/detail/aggregation/aggregation_checks.hpp>
#include <streams/dsl/detail/aggregation/cogrouped_table.hpp>
#include <streams/dsl/detail/graph/functor_checks.hpp>
#include <streams/dsl/detail/graph/option_checks.hpp>
#include <streams/dsl/detail/graph/parameters.hpp>
#include <streams/dsl/detail/graph/pick.hpp>
#include <streams/dsl/fwd.hpp>
#include <streams/dsl/options.hpp>
#include <streams/dsl/windows.hpp>

#include <memory>
#include <utility>

namespace streams::inline v0 {

namespace detail {

/// Checks one stream of a cogroup.
template <class Key, class Value, class Aggregate, class F>
[[nodiscard]] shared_value<const cogroup_input<without_null_t<Key>, Aggregate>> checked_cogroup_input(
    shared_value<typed_group<Key, Value>> group, F&& aggregator) {
    check_aggregated_types<Key, Value, Aggregate>();
    check_aggregator<F, without_null_t<Key>, Value, Aggregate>();
    return shared_value<typed_cogroup_input<Key, Value, Aggregate, std::decay_t<F>>>(
        std::in_place, std::move(group), share(std::forward<F>(aggregator)));
}

/// What the handles of a cogroup share: its streams, and how it becomes a table.
template <class Key, class Aggregate, rows Rows, class Windows>
class cogroup_handle {
public:
    using key_type = Key;
    using aggregate_type = Aggregate;

    /// For the library: streams to be aggregated together.
    cogroup_handle(cogroup_inputs<Key, Aggregate> inputs, Windows windows)
        : inputs_(std::move(inputs)), windows_(windows) {}

protected:
    template <class Initializer, class Merger, class... Options>
    [[nodiscard]] auto add(Initializer&& init, Merger&& merger, const Options&... options) const {
        check_table_options<Options...>();
        check_initializer<Initializer>();
        static_assert(std::convertible_to<first_aggregate_t<Initializer>, Aggregate>,
                      "the initializer must return the aggregate that the functors of the cogroup take");
        using functors = typed_shared_cogroup_functors<Key, Aggregate, std::decay_t<Initializer>, std::decay_t<Merger>>;
        auto made =
            add_cogroup<Key, Aggregate>(inputs_,
                                        shared_value<functors>(std::in_place, share(std::forward<Initializer>(init)),
                                                               share(std::forward<Merger>(merger))),
                                        windows_, pick<named>(options...).name, pick<materialized>(options...),
                                        serdes_from(serdes_for<Key, Aggregate>(), options...));
        using row_key = typename Windows::rows::template key<Key>;
        return ktable<row_key, Aggregate, Rows>(std::move(made.at), std::move(made.table));
    }
    [[nodiscard]] const cogroup_inputs<Key, Aggregate>& inputs() const noexcept { return inputs_; }
    [[nodiscard]] const Windows& windows() const noexcept { return windows_; }

private:
    cogroup_inputs<Key, Aggregate> inputs_;
    Windows windows_;
};

} // namespace detail

/// Cogrouped streams by time window (Kafka's `TimeWindowedCogroupedKStream`).
template <class Key, class Aggregate, rows Rows, class Windows>
class time_windowed_cogrouped_kstream : public detail::cogroup_handle<Key, Aggregate, Rows, Windows> {
public:
    using detail::cogroup_handle<Key, Aggregate, Rows, Windows>::cogroup_handle;

    /// The aggregate of each key and window. `init` makes the first one.
    template <class Initializer, class... Options>
    auto aggregate(Initializer&& init, const Options&... options) const {
        return this->add(std::forward<Initializer>(init), detail::no_merger{}, options...);
    }
};

/// Cogrouped streams by session (Kafka's `SessionWindowedCogroupedKStream`).
template <class Key, class Aggregate>
class session_windowed_cogrouped_kstream
    : public detail::cogroup_handle<Key, Aggregate, rows::deletable, detail::session_windows> {
public:
    using detail::cogroup_handle<Key, Aggregate, rows::deletable, detail::session_windows>::cogroup_handle;

    /// The aggregate of each session. `init` makes the first one, the merger joins two sessions: it takes
    /// (aggregate, aggregate) or (key, aggregate, aggregate), as rvalues.
    template <class Initializer, class Merger, class... Options>
    auto aggregate(Initializer&& init, Merger&& merger, const Options&... options) const {
        detail::check_merger<Merger, Key, Aggregate>();
        return this->add(std::forward<Initializer>(init), std::forward<Merger>(merger), options...);
    }
};

/// Several grouped streams that make one aggregate together (Kafka's `CogroupedKStream`, KIP-150), each with a functor of
/// its own:
///
///     carts.cogroup([](const item& i, basket b) { return b + i; })
///         .cogroup(removals, [](const item& i, basket b) { return b - i; })
///         .aggregate([] { return basket(); });
///
/// A functor takes (value, aggregate) or (key, value, aggregate), the value as its stream has it, the aggregate as an
/// rvalue. Where it returns an empty std::optional, the row is deleted.
template <class Key, class Aggregate, rows Rows>
class cogrouped_kstream : public detail::cogroup_handle<Key, Aggregate, Rows, detail::no_windows> {
public:
    using detail::cogroup_handle<Key, Aggregate, Rows, detail::no_windows>::cogroup_handle;

    /// Adds a stream. Throws topology_error where it is in the cogroup already.
    template <class OtherKey, class Value, class F>
    [[nodiscard]] auto cogroup(const kgrouped_stream<OtherKey, Value>& group, F&& aggregator) const {
        static_assert(std::is_same_v<without_null_t<OtherKey>, Key>,
                      "cogroup: all streams must have the same key type; group the other one by the key of the first");
        auto more = this->inputs();
        for (const auto& one : more) detail::require_other_group(one->group(), *group.state());
        more.push_back(
            detail::checked_cogroup_input<OtherKey, Value, Aggregate>(group.state(), std::forward<F>(aggregator)));
        using result = detail::fold_result_t<F, Key, Value, Aggregate>;
        constexpr rows both = Rows == rows::deletable ? rows::deletable : detail::rows_of<result>;
        return cogrouped_kstream<Key, Aggregate, both>(std::move(more), this->windows());
    }

    /// The aggregate of each key. `init` makes the first one.
    template <class Initializer, class... Options>
    auto aggregate(Initializer&& init, const Options&... options) const {
        return this->add(std::forward<Initializer>(init), detail::no_merger{}, options...);
    }

    /// By window too: tumbling, hopping, sliding, unlimited, custom_windows. Throws topology_error for impossible windows.
    template <class Windows>
    [[nodiscard]] auto windowed_by(const Windows& windows) const {
        detail::check_windows<Windows>();
        if constexpr (time_window<Windows>) {
            auto checked = detail::checked_windows(windows);
            return time_windowed_cogrouped_kstream<Key, Aggregate, Rows, decltype(checked)>(this->inputs(),
                                                                                            std::move(checked));
        }
    }
    /// By session too. Throws topology_error for impossible windows.
    [[nodiscard]] auto windowed_by(const session& windows) const {
        return session_windowed_cogrouped_kstream<Key, Aggregate>(this->inputs(), detail::checked(windows));
    }
};

} // namespace streams::inline v0

#include <streams/dsl/kgrouped_stream.hpp>
