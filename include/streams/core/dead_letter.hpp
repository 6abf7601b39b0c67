#pragma once

#include <streams/core/bytes.hpp>
#include <streams/core/headers.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace streams::inline v0 {

/// A record that a handler has the library write for it, to a topic of bad records (KIP-1034; Kafka's
/// `Response.deadLetterQueueRecords`). The topic has to exist: it is not created.
struct dead_letter {
    std::string topic;
    std::optional<bytes> key{};   ///< nullopt: null
    std::optional<bytes> value{}; ///< nullopt: null
    std::int64_t timestamp = -1;  ///< ms since the epoch; negative: the producer's clock
    streams::headers headers{};
    std::optional<std::int32_t> partition{}; ///< nullopt: murmur2 of the key, any partition for a null key
};

} // namespace streams::inline v0
