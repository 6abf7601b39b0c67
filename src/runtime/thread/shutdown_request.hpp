#pragma once

#include "src/runtime/thread/thread_environment.hpp"

#include <streams/topology/topology.hpp>

#include <string>
#include <string_view>

namespace streams::inline v0 {

/// The client id of the member of the group by which the client of that id asks all others to end.
[[nodiscard]] std::string shutdown_client_id(std::string_view client_id);
/// Whether a member of that client id asks all others to end.
[[nodiscard]] bool asks_for_shutdown(std::string_view client_id) noexcept;
/// Why an application ends that has found such a member.
[[nodiscard]] std::string asked_to_end(std::string_view client_id);

/// Tells all instances of an application to end (Kafka Streams' SHUTDOWN_REQUESTED): joins their group as a member that
/// reads nothing and whose client id says so, since every rebalance tells each member who the others are
/// (docs/adr/0036-shutdown-of-all.md). Returns once the others have left, after `patience_at_the_end` at the latest.
void request_shutdown(const shared_environment& environment, const topology& topology) noexcept;

} // namespace streams::inline v0
