#pragma once

#include <streams/core/bytes.hpp>
#include <streams/core/record.hpp>
#include <streams/state/store_spec.hpp>
#include <streams/state/stored_value.hpp>

#include <cstdint>
#include <optional>

namespace streams::inline v0 {

/// What stands in front of the values of a store, while a record of its changelog carries the same itself: headers, then
/// 8 bytes of timestamp (what Kafka's change-logging stores and `RecordConverters` cut off and put back).
struct stored_prefix {
    bool headers = false;
    bool timestamp = false;

    [[nodiscard]] static stored_prefix of(const store_spec& spec) noexcept {
        return {.headers = spec.keeps_headers(), .timestamp = spec.timestamped()};
    }

    /// Sets `out` to what stands in front of the value of a changelog record.
    void make(const record_view& record, bytes& out) const;

    struct cut {
        bytes_view headers;                    ///< see read_stored_headers
        std::optional<std::int64_t> timestamp; ///< nullopt: the store keeps none
        bytes_view value;                      ///< what is left
    };
    /// Takes a stored value apart. Throws serialization_error where it is too short.
    [[nodiscard]] cut cut_off(bytes_view stored) const {
        cut parts{};
        if (headers) parts.headers = detail::cut_stored_headers(stored);
        if (timestamp) {
            parts.timestamp = detail::stored_timestamp(stored);
            stored = stored.subview(sizeof(std::int64_t));
        }
        parts.value = stored;
        return parts;
    }
};

} // namespace streams::inline v0
