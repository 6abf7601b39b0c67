#pragma once

#include "src/metrics/metrics_registry.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

namespace streams::testing_support {

/// The number of the metric of that name in a group that has these labels, perhaps among others; -1: there is none.
inline double number_in(const metrics_registry& registry, std::int64_t now, std::string_view group,
                        std::string_view name, const std::vector<metric_label>& labels = {}) {
    metric_list list(registry.level(), now);
    registry.read(list);
    for (const metric& each : list.take())
        if (each.group == group && each.name == name && std::ranges::all_of(labels, [&](const metric_label& label) {
                return std::ranges::count(each.labels, label) == 1;
            }))
            return std::get<double>(each.value);
    return -1;
}

} // namespace streams::testing_support
