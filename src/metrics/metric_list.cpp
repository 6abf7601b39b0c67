#include "src/metrics/metric_list.hpp"

#include <cassert>
#include <string_view>

namespace streams::inline v0 {

void metric_list::add(metric_id id, std::vector<std::string> values, metric_value value) {
    const metric_definition& is = definition_of(id);
    if (is.level > level_) return;
    std::vector<metric_label> labels;
    std::string_view names = is.labels;
    for (std::string& each : values) {
        const auto comma = names.find(", ");
        labels.push_back({names.substr(0, comma), std::move(each)});
        names = comma == std::string_view::npos ? std::string_view() : names.substr(comma + 2);
    }
    assert(names.empty() && "each label has a value");
    metrics_.push_back({is.name, is.group, is.description, is.kind, is.level, std::move(labels), std::move(value)});
}

void metric_list::add_rate(metric_id rate, metric_id total, const std::vector<std::string>& values,
                           const sensor_reading& now) {
    add(rate, values, now.count_per_second);
    add(total, values, now.count);
}

void metric_list::add_average(metric_id average, metric_id largest, const std::vector<std::string>& values,
                              const sensor_reading& now) {
    add(average, values, now.average);
    add(largest, values, now.largest);
}

} // namespace streams::inline v0
