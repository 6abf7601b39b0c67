#include "src/dsl/windows/window_checks.hpp"

#include <streams/core/error.hpp>
#include <streams/core/saturation.hpp>
#include <streams/dsl/windows.hpp>

namespace streams::inline v0::detail {

join_span span_of(const join_windows& windows) {
    const std::int64_t before = windows.before.value_or(windows.difference).count();
    const std::int64_t after = windows.after.value_or(windows.difference).count();
    if (add_sat(before, after) < 0)
        throw topology_error(concat("join windows from ", before, " ms before to ", after,
                                    " ms after end before they begin; give before and after a sum of zero or more"));
    require_not_negative("join", "grace", windows.grace, "would close before they end");
    require_time("join", "before, after and grace", {before, after, windows.grace.count()});
    return {before, after, windows.grace.count()};
}

} // namespace streams::inline v0::detail
