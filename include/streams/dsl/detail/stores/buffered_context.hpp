#pragma once

#include <streams/core/record.hpp>

#include <cstdint>
#include <string>

namespace streams::inline v0::detail {

/// Where a record that waits in a buffer came from, with its time and headers: what it is forwarded with later.
struct buffered_context {
    std::int64_t timestamp = -1;
    std::int64_t offset = -1;
    std::string topic;
    std::int32_t partition = -1;
    streams::headers headers;

    /// The same for the task; valid as long as this object is.
    [[nodiscard]] record_context at_hand() noexcept { return {{topic, partition, offset}, timestamp, &headers}; }
};

/// Appends the bytes of Kafka Streams' `ProcessorRecordContext`:
/// `timestamp:8 | offset:8 | topic size:4 | topic | partition:4 | headers:4 | (size:4 | key | size:4 | value)*`.
void append_context(bytes& out, const record_context& context);
/// Reads them, and cuts them off `in`. Throws serialization_error where they do not decode.
void read_context(bytes_view& in, buffered_context& out);

} // namespace streams::inline v0::detail
