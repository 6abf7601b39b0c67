#pragma once

#include <streams/core/bytes.hpp>
#include <streams/core/headers.hpp>

namespace streams::inline v0::detail {

void append_some_headers(bytes& out, const headers& from);
[[nodiscard]] bytes_view cut_some_headers(bytes_view& stored);

/// Appends headers as Kafka Streams has them in front of a stored value (KIP-1271): the size of what follows; unless that is 0,
/// how many there are, and of each the size of its key, the key, the size of its value (-1: null) and the value. The numbers are
/// varints.
inline void append_stored_headers(bytes& out, const headers& from) {
    if (from.empty()) return out.push_back(std::byte{0});
    append_some_headers(out, from);
}

/// Cuts them off the front of a stored value, and returns them without their size; empty: none. Throws serialization_error.
[[nodiscard]] inline bytes_view cut_stored_headers(bytes_view& stored) {
    if (stored.empty() || stored[0] != std::byte{0}) return cut_some_headers(stored);
    stored = stored.subview(1);
    return {};
}

/// Reads what cut_stored_headers returns. Throws serialization_error.
[[nodiscard]] headers read_stored_headers(bytes_view in);

} // namespace streams::inline v0::detail
