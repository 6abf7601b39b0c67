#pragma once

#include <streams/dsl/detail/aggregation/aggregated_table.hpp>
#include <streams/dsl/detail/windows/any_windows.hpp>

namespace streams::inline v0::detail {

/// The shape of a table by key and window; see aggregated_table.
template <class KeyIn, class ValueIn, class Plan, class Windows>
struct by_window {
    using inner_key = without_null_t<KeyIn>;
    using key_type = typename Windows::rows::template key<inner_key>;
    using row_type = typename Plan::aggregate_type;
    Plan plan;
    Windows windows;
    emission strategy;

    [[nodiscard]] std::unique_ptr<node> make(const std::string& store, bool send_old) const {
        return make_node<typename Windows::template node<KeyIn, ValueIn, Plan>>(plan, store, send_old, windows,
                                                                                strategy);
    }
    [[nodiscard]] getter_plan<key_type, row_type> getter(const std::string& store) const {
        using getter_type = typename Windows::rows::template getter<inner_key, row_type>;
        return {{store}, [store] { return make_getter<getter_type>(store); }};
    }
};

} // namespace streams::inline v0::detail
