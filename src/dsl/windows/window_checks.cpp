#include "src/dsl/windows/window_checks.hpp"

#include <streams/core/error.hpp>
#include <streams/core/saturation.hpp>

namespace streams::inline v0::detail {

void require_not_negative(std::string_view kind, std::string_view member, std::chrono::milliseconds given,
                          std::string_view consequence) {
    if (given.count() < 0)
        throw topology_error(concat(kind, " windows have a ", member, " of ", given.count(), " ms and ", consequence,
                                    "; give zero or more"));
}

void require_time(std::string_view kind, std::string_view parts, std::initializer_list<std::int64_t> spans) {
    std::int64_t sum = 0;
    for (const std::int64_t span : spans) {
        if (exceeds_largest(sum, span))
            throw topology_error(concat(kind, " windows are kept for longer than time lasts: their ", parts,
                                        " are together past the largest number of ms; give less"));
        sum += span;
    }
}

} // namespace streams::inline v0::detail
