#pragma once

#include "src/embedded/cluster.hpp"

#include <streams/core/bytes.hpp>
#include <streams/core/headers.hpp>
#include <streams/core/topic_partition.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace streams::inline v0::simulated {

/// What a read_committed reader was given of every topic of a cluster, whatever was deleted or compacted away since.
class topic_history {
public:
    struct entry {
        std::int64_t offset = 0;
        std::int64_t timestamp = 0;
        std::optional<std::string> key{};
        std::optional<std::string> value{};
        std::optional<streams::headers> headers{};
        bool unread = false; ///< deleted when nobody could know that it had been read: it may have no results
    };

    /// Reads what is new. Throws streams_error where a log cannot be read.
    void catch_up(const embedded::cluster& from);
    /// The same of one topic, which may not be there.
    void catch_up(const embedded::cluster& from, const std::string& name);
    /// Notes that the records of these offsets are deleted, and that it is not known whether they were read.
    void mark_unread(const topic_partition& partition, std::int64_t from, std::int64_t to);
    /// In offset order.
    [[nodiscard]] const std::vector<entry>& of(const topic_partition& partition) const;
    /// The offset behind what it has of a partition, control records and aborted ones counted.
    [[nodiscard]] std::int64_t end(const topic_partition& partition) const;
    [[nodiscard]] std::vector<topic_partition> partitions(std::string_view topic) const;

private:
    struct log {
        std::int64_t next = 0;
        std::vector<entry> entries{};
    };
    std::map<topic_partition, log> logs_;
};

} // namespace streams::inline v0::simulated
