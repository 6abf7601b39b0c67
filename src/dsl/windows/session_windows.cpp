#include "src/dsl/windows/window_checks.hpp"

#include <streams/dsl/detail/stores/store_specs.hpp>
#include <streams/dsl/windows.hpp>

#include <utility>

namespace streams::inline v0::detail {

session_windows checked(const session& windows) {
    require_not_negative("session", "gap", windows.gap, "would hold nothing");
    require_not_negative("session", "grace", windows.grace, "would close before they end");
    require_time("session", "gap and grace", {windows.gap.count(), windows.grace.count()});
    return {windows.gap.count(), windows.grace.count()};
}

store_spec session_windows::store(std::string name, const materialized& options, const emission& strategy) const {
    store_spec made = session_spec(std::move(name), options, needed_retention(), strategy);
    if (strategy.on_close) made.caching = false; // as in Kafka Streams
    return made;
}

} // namespace streams::inline v0::detail
