#pragma once

#include "src/kafka/client.hpp"

#include <streams/core/execution.hpp>
#include <streams/core/topic_partition.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace streams::inline v0 {

/// Finds out now and then when what was read of topics was all that they held: a poll that brings nothing does not say so, since
/// a partition may be without a leader for long.
class completeness_watch {
public:
    explicit completeness_watch(execution& time);

    struct complete_topic {
        std::string topic;
        std::int64_t at; ///< ms of the wall clock: nothing was written before that is not read
    };
    /// Asks where one partition ends, if that is due. `starts`: of all partitions, their position until something is polled.
    /// What the consumer has polled was taken. Returns topics of which it is known now.
    [[nodiscard]] std::vector<complete_topic> step(kafka::consumer& consumer,
                                                   const std::map<topic_partition, std::int64_t>& starts);

private:
    struct look {
        std::int64_t at; ///< ms of the wall clock
        std::vector<topic_partition> unasked;
        std::map<std::string, std::map<topic_partition, std::int64_t>>
            ends{}; ///< by topic: those that are not known to be read
    };
    void ask_next(kafka::consumer& consumer);

    execution& time_;
    std::int64_t next_look_; ///< steady ms
    std::optional<look> look_;
};

} // namespace streams::inline v0
