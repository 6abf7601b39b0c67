#pragma once

#include <streams/dsl/detail/aggregated_table.hpp>
#include <streams/dsl/detail/pick.hpp>
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
    Plan plan;
    Windows windows;

    [[nodiscard]] std::unique_ptr<node> make(const std::string& store, bool send_old) const {
        if constexpr (std::is_same_v<Windows, sliding_windows>)
            return std::make_unique<sliding_aggregate_node<KeyIn, ValueIn, Plan>>(plan, store, send_old, windows);
        else
            return std::make_unique<window_aggregate_node<KeyIn, ValueIn, Plan, Windows>>(plan, store, send_old, windows);
    }
    [[nodiscard]] getter_plan<key_type, row_type> getter(const std::string& store) const {
        return {{store}, [store] { return std::make_unique<window_getter<without_null_t<KeyIn>, row_type>>(store); }};
    }
    template <class... Options>
    [[nodiscard]] static store_spec spec(std::string name, const Windows& windows, const Options&... options) {
        return windowed_spec(std::move(name), pick<materialized>(options...), store_kind::window, windows.size,
                             windows.needed_retention());
    }
};

/// The shape of a table by key and session.
template <class KeyIn, class ValueIn, class Plan>
struct by_session {
    using key_type = session_windowed<without_null_t<KeyIn>>;
    using row_type = typename Plan::aggregate_type;
    Plan plan;
    session_windows windows;

    [[nodiscard]] std::unique_ptr<node> make(const std::string& store, bool send_old) const {
        return std::make_unique<session_aggregate_node<KeyIn, ValueIn, Plan>>(plan, store, send_old, windows);
    }
    [[nodiscard]] getter_plan<key_type, row_type> getter(const std::string& store) const {
        return {{store}, [store] { return std::make_unique<session_getter<without_null_t<KeyIn>, row_type>>(store); }};
    }
    template <class... Options>
    [[nodiscard]] static store_spec spec(std::string name, const session_windows& windows, const Options&... options) {
        return windowed_spec(std::move(name), pick<materialized>(options...), store_kind::session, 0,
                             windows.needed_retention());
    }
};

} // namespace streams::inline v0::detail
