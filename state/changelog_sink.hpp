#pragma once

#include <streams/core/headers.hpp>

#include <cstdint>
#include <optional>

namespace streams::inline v0 {

/// Where a store's updates leave for its changelog partition; one for each store of a task. On the task's thread.
class changelog_sink {
public:
    virtual ~changelog_sink() = default;
    /// nullopt: a tombstone. `timestamp`: ms; negative: none. The bytes are copied before the call returns.
    virtual void append(bytes_view key, std::optional<bytes_view> value, std::int64_t timestamp,
                        const headers* headers) = 0;
};

} // namespace streams::inline v0
