#include "src/metrics/metrics_registry.hpp"

#include <algorithm>

namespace streams::inline v0 {

void metrics_registry::read(metric_list& list) const {
    const std::lock_guard lock(mutex_);
    for (const metric_source* each : sources_) each->read(list);
}

registered_source::registered_source(metrics_registry& registry, const metric_source& source)
    : registry_(registry), source_(source) {
    const std::lock_guard lock(registry_.mutex_);
    registry_.sources_.push_back(&source);
}

registered_source::~registered_source() {
    const std::lock_guard lock(registry_.mutex_);
    registry_.sources_.erase(std::ranges::find(registry_.sources_, &source_));
}

} // namespace streams::inline v0
