#pragma once

#include "src/kafka/client.hpp"

#include <streams/core/host_info.hpp>
#include <streams/core/topic_partition.hpp>

#include <map>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace streams::inline v0 {

/// The client id of a member of the group by which the others learn its `application.server`; without one `name`
/// itself.
[[nodiscard]] std::string client_id_with_server(std::string_view name, std::string_view application_server);
/// What such a client id says; of an empty host where it says nothing.
[[nodiscard]] host_info server_of(std::string_view client_id);

/// Which instance of the application was given which partitions, and keeps which standbys, as the group has told last
/// (docs/adr/0042-queries.md).
/// Thread-safe.
class instance_directory {
public:
    struct partitions {
        std::set<topic_partition> active{};
        std::set<topic_partition> standby{}; ///< that the tasks read of which it keeps standbys
    };
    using partitions_by_host = std::map<host_info, partitions>;

    /// The members of a generation of the group, and what tasks read of which each keeps standbys.
    void note(std::span<const kafka::group_member> members, std::span<const std::vector<topic_partition>> standbys);
    /// Empty: nothing is known yet.
    [[nodiscard]] partitions_by_host all() const;

private:
    mutable std::mutex mutex_;
    partitions_by_host instances_;
};

} // namespace streams::inline v0
