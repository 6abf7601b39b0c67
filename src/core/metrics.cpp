#include <streams/core/metrics.hpp>

namespace streams::inline v0 {

std::string_view to_string(drop_reason reason) noexcept {
    switch (reason) {
    case drop_reason::deserialization:
        return "deserialization";
    case drop_reason::invalid_timestamp:
        return "invalid timestamp";
    case drop_reason::null_key:
        return "null key";
    case drop_reason::null_value:
        return "null value";
    case drop_reason::late:
        return "late";
    case drop_reason::processing:
        return "processing";
    case drop_reason::production:
        return "production";
    case drop_reason::partitioner:
        return "partitioner";
    case drop_reason::stale:
        return "stale";
    case drop_reason::duplicate:
        return "duplicate";
    case drop_reason::unchecked:
        return "unchecked";
    }
    return "unknown";
}

} // namespace streams::inline v0
