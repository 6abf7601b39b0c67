#pragma once

#include <streams/dsl/change.hpp>

namespace streams::inline v0 {

namespace detail {
struct time_windows;
}

class streams_builder;
template <class Key, class Value>
class kstream;
template <class Key, class Value, rows Rows = rows::deletable>
class ktable;
template <class Key, class Value>
class global_ktable;
template <class Key, class Value>
class kgrouped_stream;
template <class Key, class Value>
class kgrouped_table;
/// `Windows`: the checked form of what windowed_by was given.
template <class Key, class Value, class Windows = detail::time_windows>
class time_windowed_kstream;
template <class Key, class Value>
class session_windowed_kstream;
template <class Key, class Value>
class count_windowed_kstream;
template <class Key, class Aggregate, rows Rows>
class cogrouped_kstream;
template <class Key, class Aggregate, rows Rows, class Windows>
class time_windowed_cogrouped_kstream;
template <class Key, class Aggregate>
class session_windowed_cogrouped_kstream;
template <class Key, class Value>
class branched_kstream;

} // namespace streams::inline v0
