#include "src/dsl/windows/window_checks.hpp"

#include <streams/dsl/detail/stores/store_specs.hpp>
#include <streams/dsl/windows.hpp>

#include <utility>

namespace streams::inline v0::detail {

sliding_windows checked(const sliding& windows) {
    require_not_negative("sliding", "difference", windows.difference, "would hold nothing");
    require_not_negative("sliding", "grace", windows.grace, "would close before they end");
    require_time("sliding", "difference, twice, and grace",
                 {windows.difference.count(), windows.difference.count(), windows.grace.count()});
    return {windows.difference.count(), windows.grace.count()};
}

store_spec sliding_windows::store(std::string name, const materialized& options, const emission& strategy) const {
    store_spec made = window_spec(std::move(name), options, size, needed_retention(), strategy);
    if (strategy.on_close) made.caching = false; // as in Kafka Streams
    return made;
}

} // namespace streams::inline v0::detail
