#pragma once

#include <streams/core/bytes.hpp>

#include <cstdint>

namespace streams::inline v0 {

/// Java Kafka's murmur2 of 32 bits (`org.apache.kafka.common.utils.Utils.murmur2`), as the signed number Java has.
[[nodiscard]] std::int32_t murmur2(bytes_view data) noexcept;

/// The partition that Java's default partitioner gives a non-null key: `(murmur2(key) & 0x7fffffff) % partitions`.
/// REQUIRES: partitions > 0.
[[nodiscard]] std::int32_t partition_of(bytes_view key, std::int32_t partitions) noexcept;

} // namespace streams::inline v0
