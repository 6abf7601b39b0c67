#pragma once

#include <streams/dsl/detail/graph/pick.hpp>
#include <streams/dsl/options.hpp>

namespace streams::inline v0::detail {

// The options that several operators take. Each check does not compile where another one is given, or one twice; an operator
// that takes options of its own says so itself.

/// An operator without a store.
template <class... Given>
consteval void check_name_option() {
    static_assert(options_of<named>::admit<Given...>, "this operator takes one option: named");
}

/// What makes a table by its key or by windows.
template <class... Given>
consteval void check_table_options() {
    static_assert(options_of<named, materialized, serde_options>::admit<Given...>,
                  "this operator takes the options named, materialized, key_serde(object) and value_serde(object)");
}

/// A grouping.
template <class... Given>
consteval void check_group_options() {
    static_assert(options_of<grouped, serde_options>::admit<Given...>,
                  "this operator takes the options grouped, key_serde(object) and value_serde(object)");
}

/// A join of a stream with a table.
template <class... Given>
consteval void check_table_join_options() {
    static_assert(options_of<joined, serde_options>::admit<Given...>,
                  "a join with a table takes the options joined, key_serde(object) and value_serde(object)");
}

/// A join of two streams.
template <class... Given>
consteval void check_stream_join_options() {
    static_assert(options_of<stream_joined, join_serde_options>::admit<Given...>,
                  "a join with a stream takes the options stream_joined, key_serde(object), value_serde(object) and "
                  "other_value_serde(object) after the windows");
}

/// A processor of the user's.
template <class... Given>
consteval void check_processor_options() {
    static_assert(options_of<named, state_stores>::admit<Given...>,
                  "this operator takes the options named and state_stores");
}

} // namespace streams::inline v0::detail
