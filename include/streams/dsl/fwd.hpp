#pragma once

#include <streams/dsl/change.hpp>

namespace streams::inline v0 {

class streams_builder;
template <class Key, class Value>
class kstream;
template <class Key, class Value, rows Rows = rows::deletable>
class ktable;
template <class Key, class Value>
class kgrouped_stream;
template <class Key, class Value>
class kgrouped_table;
template <class Key, class Value>
class time_windowed_kstream;
template <class Key, class Value>
class branched_kstream;

} // namespace streams::inline v0
