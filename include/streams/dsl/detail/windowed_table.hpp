#pragma once

#include <streams/dsl/detail/aggregated_table.hpp>
#include <streams/dsl/detail/session_aggregate_node.hpp>
#include <streams/dsl/detail/sliding_aggregate_node.hpp>
#include <streams/dsl/detail/window_aggregate_node.hpp>

namespace streams::inline v0::detail {

/// The values that reach the functors: sliding windows drop null.
template <class Value, class Windows>
using value_in_windows =
    std::conditional_t<std::is_same_v<Windows, sliding_windows>, without_null_t<Value>, Value>;

/// The shape of a table by key and time window; see aggregated_table.
template <class KeyIn, class ValueIn, class Plan, class Windows>
struct by_window {
    using key_type = windowed<without_null_t<KeyIn>>;
    using row_type = typename Plan::aggregate_type;
    using node_type = std::conditional_t<std::is_same_v<Windows, sliding_windows>,
                                         sliding_aggregate_node<KeyIn, ValueIn, Plan>,
                                         window_aggregate_node<KeyIn, ValueIn, Plan>>;
    Plan plan;
    Windows windows;
    emission how;

    [[nodiscard]] std::unique_ptr<node> make(const std::string& store, bool send_old) const {
        return make_node<node_type>(plan, store, send_old, windows, how);
    }
    [[nodiscard]] getter_plan<key_type, row_type> getter(const std::string& store) const {
        return {{store}, [store] { return make_getter<window_getter<without_null_t<KeyIn>, row_type>>(store); }};
    }
    [[nodiscard]] static store_spec spec(std::string name, const Windows& windows, const emission& how,
                                         const materialized& options) {
        store_spec made = windowed_spec(std::move(name), options, store_kind::window, windows.size,
                                        windows.needed_retention());
        made.time_ordered = how.on_close;
        made.reads_expired = how.on_close && !options.in_memory;
        // As in Kafka Streams.
        if (how.on_close && std::is_same_v<Windows, sliding_windows>) made.caching = false;
        return made;
    }
};

/// The shape of a table by key and session.
template <class KeyIn, class ValueIn, class Plan>
struct by_session {
    using key_type = session_windowed<without_null_t<KeyIn>>;
    using row_type = typename Plan::aggregate_type;
    Plan plan;
    session_windows windows;
    emission how;

    [[nodiscard]] std::unique_ptr<node> make(const std::string& store, bool send_old) const {
        return make_node<session_aggregate_node<KeyIn, ValueIn, Plan>>(plan, store, send_old, windows, how);
    }
    [[nodiscard]] getter_plan<key_type, row_type> getter(const std::string& store) const {
        return {{store}, [store] { return make_getter<session_getter<without_null_t<KeyIn>, row_type>>(store); }};
    }
    [[nodiscard]] static store_spec spec(std::string name, const session_windows& windows, const emission& how,
                                         const materialized& options) {
        store_spec made =
            windowed_spec(std::move(name), options, store_kind::session, 0, windows.needed_retention());
        made.time_ordered = how.on_close;
        made.reads_expired = how.on_close && !options.in_memory;
        if (how.on_close) made.caching = false; // as in Kafka Streams
        return made;
    }
};

} // namespace streams::inline v0::detail
