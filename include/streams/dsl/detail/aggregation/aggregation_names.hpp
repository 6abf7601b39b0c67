#pragma once

#include <streams/dsl/change.hpp>
#include <streams/dsl/detail/graph/graph.hpp>
#include <streams/dsl/detail/graph/pick.hpp>
#include <streams/dsl/options.hpp>
#include <streams/serde/serde.hpp>

#include <string>
#include <utility>

namespace streams::inline v0::detail {

struct aggregation_names {
    std::string store;
    std::string node;
};

/// Whether an aggregation whose functor returns Result can delete rows.
template <class Result>
inline constexpr rows rows_of = nullable<Result> ? rows::deletable : rows::permanent;

/// Names of store and node, numbered in this order.
template <class... Options>
[[nodiscard]] aggregation_names new_names(const attachment& at, std::string_view prefix, const Options&... options) {
    std::string store = pick<materialized>(options...).name;
    if (store.empty()) store = at.graph->new_store_name(prefix);
    return {std::move(store), at.graph->name_or_new(pick<named>(options...).name, prefix)};
}

} // namespace streams::inline v0::detail
