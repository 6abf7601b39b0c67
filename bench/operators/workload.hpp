#pragma once

#include "operators/running_topology.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace operators {

/// One operator to be measured, with the input that it is measured on.
struct workload {
    std::string name;
    streams::topology (*topology)();
    std::vector<std::string> topics; ///< records go to them in turn
    /// The value of a record: of which topic, under which key, the how manieth of all.
    std::string (*value)(std::size_t topic, std::uint32_t key, std::uint64_t at);
    std::int64_t records_per_second = 1'000; ///< of event time
};

/// Every workload of bench/operators/*_workloads.cpp.
[[nodiscard]] std::vector<workload> workloads();
[[nodiscard]] std::vector<workload> aggregation_workloads();
[[nodiscard]] std::vector<workload> join_workloads();
[[nodiscard]] std::vector<workload> flow_workloads();
[[nodiscard]] std::vector<workload> table_workloads();

/// The input of a workload without end: 100,000 keys of 16 bytes, zipf-distributed with s = 0.99, `distinct`
/// records drawn beforehand and then repeated with later timestamps.
class load {
public:
    explicit load(const workload& of, std::size_t distinct = 1 << 20);
    /// Feeds the next `records` and runs them.
    void run(running_topology& on, std::size_t records);

private:
    struct prepared {
        std::string key;
        std::string value;
    };
    const workload* of_;
    std::vector<prepared> ring_;
    std::uint64_t next_ = 0;
};

} // namespace operators
