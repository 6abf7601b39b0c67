#pragma once

#include <streams/core/bytes.hpp>
#include <streams/core/topic_partition.hpp>

#include <optional>
#include <string>
#include <vector>

namespace streams::inline v0::kafka {

/// The partitions that a member's assignment names, as the consumer protocol writes it (Kafka's `ConsumerProtocolAssignment`,
/// all versions). No bytes are no partitions: the member has been given nothing yet. nullopt: the bytes end too early, or a
/// length is negative.
[[nodiscard]] std::optional<std::vector<topic_partition>> partitions_of_assignment(bytes_view assignment);

/// The topics that a member's metadata subscribes to, as the consumer protocol writes it (Kafka's
/// `ConsumerProtocolSubscription`, all versions). nullopt as above.
[[nodiscard]] std::optional<std::vector<std::string>> topics_of_subscription(bytes_view metadata);

} // namespace streams::inline v0::kafka
