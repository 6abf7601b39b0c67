#pragma once

#include "src/testing/simulation/topic_history.hpp"

#include <streams/core/topic_partition.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace streams::inline v0 {
class kafka_streams;
}

namespace streams::inline v0::simulated {

/// Asks the applications of a run what their owners may ask them while they run.
class onlooker {
public:
    /// The offset behind the last record of a partition, committed or not.
    using log_ends = std::function<std::int64_t(const topic_partition&)>;

    virtual ~onlooker() = default;
    /// `life`: which application it is; each start of an instance is another one.
    virtual void look(const kafka_streams& application, const std::string& life, const log_ends& end_of) = 0;
    /// What is wrong with what it was told; empty: nothing. Called at the run's end.
    [[nodiscard]] virtual std::string found_wrong(const topic_history& history) const = 0;
};

} // namespace streams::inline v0::simulated
