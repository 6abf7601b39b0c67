#pragma once

#include <streams/core/dead_letter.hpp>
#include <streams/core/headers.hpp>
#include <streams/core/record.hpp>
#include <streams/core/task_id.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace streams::inline v0 {

/// A record on its way to a topic, borrowed for the call that takes it.
struct outgoing_record {
    std::optional<bytes_view> key;             ///< nullopt: null
    std::optional<bytes_view> value;           ///< nullopt: null, a tombstone
    std::int64_t timestamp = -1;               ///< ms since the epoch; negative: the producer's clock
    const streams::headers* headers = nullptr; ///< null: none
    std::optional<std::int32_t> partition{};   ///< nullopt: murmur2 of the key, any partition for a null key
    std::optional<bytes_view> partition_key{}; ///< bytes to place the record by instead of the key (windowed keys)
    const record_metadata* origin = nullptr; ///< of the input record that it goes back to, for failures; null: unknown
};

/// Who writes, for failures. Borrowed for the call.
struct record_sender {
    task_id task;
    std::string_view node;
};

/// Where sinks put records: copied once, straight into the outgoing batch. On the task's thread.
class record_collector {
public:
    virtual ~record_collector() = default;
    /// Names a topic once, and who writes to it, so that a record costs no look-up. `topic` is a full topic name.
    [[nodiscard]] virtual std::int32_t open(std::string_view topic, const record_sender& sender) = 0;
    /// How many partitions the topic has.
    [[nodiscard]] virtual std::int32_t partitions(std::int32_t topic) = 0;
    virtual void send(std::int32_t topic, const outgoing_record& r) = 0;
    /// Writes what a handler has answered with about a record of `sender`, and of `origin`. No handler is asked about these.
    /// `failing`: the handler's response is to fail, so that this is the last call there may be.
    virtual void send_dead_letters(std::span<const dead_letter> letters, const record_sender& sender,
                                   const record_metadata& origin, bool failing) = 0;
};

} // namespace streams::inline v0
