#include "state/store_identity.hpp"

#include "state/versions/version_layout.hpp"
#include "state/windows/segmented_layout.hpp"

#include <streams/core/error.hpp>

#include <cstdint>

namespace streams::inline v0 {

namespace {

// The texts stand in folders that exist, so they stay as they are.

store_identity identity(std::string_view kind, std::string_view layout, std::string_view duplicates,
                        std::int64_t window_ms) {
    return {.layout = concat(kind, layout), .content = concat(kind, duplicates, ", window ", window_ms, " ms")};
}

std::string segments(std::chrono::milliseconds retention, bool by_time) {
    return concat(", segments of ", segmented_layout(retention.count(), by_time).segment_interval(), " ms",
                  by_time ? ", by time" : "");
}

std::string values(bool timestamped, bool headers) {
    return concat(timestamped ? ", timestamped" : "", headers ? ", headers" : "");
}

store_identity kind_identity(const key_value_kind& rows) {
    return identity("key-value", values(rows.timestamped, rows.headers), "", 0);
}
store_identity kind_identity(const window_kind& windows) {
    const std::string_view duplicates = windows.retain_duplicates ? ", duplicates" : "";
    return identity("window",
                    concat(segments(windows.retention, windows.time_ordered),
                           values(windows.timestamped, windows.headers), duplicates),
                    duplicates, windows.size.count());
}
store_identity kind_identity(const session_kind& sessions) {
    return identity(
        "session", concat(segments(sessions.retention, sessions.time_ordered), values(false, sessions.headers)), "", 0);
}
store_identity kind_identity(const versioned_kind& versions) {
    const std::int64_t interval = version_layout(versions.retention.count()).segment_interval();
    return identity("versioned", concat(", segments of ", interval, " ms"), "", 0);
}
store_identity kind_identity(const change_buffer_kind&) { return identity("change buffer", "", "", 0); }

} // namespace

store_identity identity_of(const store_spec& spec) {
    store_identity found = std::visit([](const auto& kind) { return kind_identity(kind); }, spec.kind);
    if (spec.keeps_headers()) {
        store_spec before = spec;
        before.keep_headers(false);
        found.layout_without_headers = identity_of(before).layout;
    }
    found.name = spec.name;
    found.source = spec.source_topic;
    return found;
}

std::string store_identity::changelog(std::string_view application_id) const {
    return concat(application_id, '-', name, "-changelog");
}

} // namespace streams::inline v0
