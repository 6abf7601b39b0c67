#pragma once

#include "functions.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/serde/windowed.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace conformance {

using text = std::string;
using number = std::int64_t;
template <class T>
using maybe = std::optional<T>;

/// Every type that a stream of a vector can have: keys and values may be null, except where the library knows better.
using plain_stream =
    std::variant<streams::kstream<maybe<text>, maybe<text>>, streams::kstream<maybe<text>, maybe<number>>,
                 streams::kstream<maybe<text>, text>, streams::kstream<maybe<text>, number>,
                 streams::kstream<text, maybe<text>>, streams::kstream<text, maybe<number>>,
                 streams::kstream<text, text>, streams::kstream<text, number>>;
using windowed_stream =
    std::variant<streams::kstream<streams::windowed<text>, maybe<text>>,
                 streams::kstream<streams::windowed<text>, maybe<number>>,
                 streams::kstream<streams::windowed<text>, text>, streams::kstream<streams::windowed<text>, number>>;

using session_stream = std::variant<streams::kstream<streams::session_windowed<text>, maybe<text>>,
                                    streams::kstream<streams::session_windowed<text>, maybe<number>>,
                                    streams::kstream<streams::session_windowed<text>, text>,
                                    streams::kstream<streams::session_windowed<text>, number>>;

template <template <class, class> class Group>
using each_group = std::variant<Group<maybe<text>, maybe<text>>, Group<maybe<text>, maybe<number>>,
                                Group<maybe<text>, text>, Group<maybe<text>, number>, Group<text, maybe<text>>,
                                Group<text, maybe<number>>, Group<text, text>, Group<text, number>>;
template <class Key, class Value>
using in_time_windows = streams::time_windowed_kstream<Key, Value>;
template <class Key, class Value>
using in_sliding_windows = streams::time_windowed_kstream<Key, Value, streams::detail::sliding_windows>;
using group = each_group<streams::kgrouped_stream>;
using windowed_group = each_group<in_time_windows>;
using sliding_group = each_group<in_sliding_windows>;
using session_group = each_group<streams::session_windowed_kstream>;

template <class Aggregate>
using cogroup_of = streams::cogrouped_kstream<text, Aggregate, streams::rows::deletable>;
using cogroup = std::variant<cogroup_of<text>, cogroup_of<number>>;
template <class Aggregate, class Windows>
using windowed_cogroup_of =
    streams::time_windowed_cogrouped_kstream<text, Aggregate, streams::rows::deletable, Windows>;
using windowed_cogroup = std::variant<windowed_cogroup_of<text, streams::detail::time_windows>,
                                      windowed_cogroup_of<number, streams::detail::time_windows>,
                                      windowed_cogroup_of<text, streams::detail::sliding_windows>,
                                      windowed_cogroup_of<number, streams::detail::sliding_windows>>;
using session_cogroup = std::variant<streams::session_windowed_cogrouped_kstream<text, text>,
                                     streams::session_windowed_cogrouped_kstream<text, number>>;

template <class Key, class Value, streams::rows Rows>
using table_of = streams::ktable<Key, Value, Rows>;
using plain_table =
    std::variant<table_of<text, text, streams::rows::deletable>, table_of<text, number, streams::rows::deletable>,
                 table_of<text, text, streams::rows::permanent>, table_of<text, number, streams::rows::permanent>>;
using windowed_table = std::variant<table_of<streams::windowed<text>, text, streams::rows::deletable>,
                                    table_of<streams::windowed<text>, number, streams::rows::deletable>,
                                    table_of<streams::windowed<text>, text, streams::rows::permanent>,
                                    table_of<streams::windowed<text>, number, streams::rows::permanent>>;

using table_group = std::variant<streams::kgrouped_table<text, text>, streams::kgrouped_table<text, number>>;
using global = std::variant<streams::global_ktable<text, text>, streams::global_ktable<text, number>>;

using session_table = std::variant<table_of<streams::session_windowed<text>, text, streams::rows::deletable>,
                                   table_of<streams::session_windowed<text>, number, streams::rows::deletable>,
                                   table_of<streams::session_windowed<text>, text, streams::rows::permanent>,
                                   table_of<streams::session_windowed<text>, number, streams::rows::permanent>>;

/// What an operation of a vector results in.
using handle = std::variant<std::monostate, plain_stream, windowed_stream, group, windowed_group, plain_table,
                            windowed_table, session_stream, sliding_group, session_group, session_table, table_group,
                            global, cogroup, windowed_cogroup, session_cogroup>;

inline cell cell_of(const text& value) { return value; }
inline cell cell_of(const number& value) { return value; }
template <class T>
cell cell_of(const maybe<T>& value) {
    return value ? cell(*value) : cell();
}
template <class T>
cell cell_of(const T* value) {
    return value ? cell(*value) : cell();
}
/// Functions see the key inside.
inline cell cell_of(const streams::windowed<text>& key) { return key.key; }

inline cell cell_of(const streams::session_windowed<text>& key) { return key.key; }

template <class T>
maybe<T> from_cell(const cell& value) {
    if (const auto* held = std::get_if<T>(&value)) return *held;
    return std::nullopt;
}

} // namespace conformance
