#pragma once

#include "src/kafka/client.hpp"
#include "src/kafka/rdkafka_ptr.hpp"

#include <string>
#include <vector>

namespace streams::inline v0::kafka {

/// Asks the coordinator what the present generation of a group gave to its members. fenced: `member` is not one of it, or
/// the group makes a new generation already.
[[nodiscard]] result describe_generation(rd_kafka_t* member, const std::string& group_id,
                                         std::vector<topic_partition>& found, milliseconds timeout);

} // namespace streams::inline v0::kafka
