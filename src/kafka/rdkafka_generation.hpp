#pragma once

#include "src/kafka/client.hpp"
#include "src/kafka/rdkafka_ptr.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace streams::inline v0::kafka {

/// Empty: the consumer is in no group, or was thrown out of it.
[[nodiscard]] std::string member_id_of(rd_kafka_t* member);

/// Asks for the members of the present generation of a group. fenced: `member` is not one of it, or
/// the group makes a new generation already.
[[nodiscard]] result describe_generation(rd_kafka_t* member, const std::string& group_id,
                                         std::vector<group_member>& found, milliseconds timeout);

/// The generation that a member is in; nullopt: none, or librdkafka says it in another way.
[[nodiscard]] std::optional<std::int32_t> generation_of(const rd_kafka_consumer_group_metadata_t& member);

} // namespace streams::inline v0::kafka
