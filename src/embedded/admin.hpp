#pragma once

#include "src/embedded/cluster.hpp"
#include "src/kafka/client.hpp"

#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace streams::inline v0::embedded {

/// Manages the topics of the cluster. Replication factors are of no concern to it.
class admin final : public kafka::admin {
public:
    explicit admin(std::shared_ptr<cluster> cluster) : cluster_(std::move(cluster)) {}

    kafka::result describe(std::span<const std::string> topics, std::map<std::string, std::int32_t>& partitions,
                           kafka::milliseconds timeout) override;
    kafka::result describe_configs(std::span<const std::string> topics,
                                   std::map<std::string, std::map<std::string, std::string>>& found,
                                   kafka::milliseconds timeout) override;
    kafka::result bounds(const topic_partition& partition, kafka::log_bounds& found,
                         kafka::milliseconds timeout) override;
    kafka::result list(std::vector<std::string>& topics, kafka::milliseconds timeout) override;
    kafka::result create(std::span<const kafka::new_topic> topics, kafka::milliseconds timeout) override;
    kafka::result remove(std::span<const std::string> topics, kafka::milliseconds timeout) override;
    kafka::result delete_records(std::span<const std::pair<topic_partition, std::int64_t>> before,
                                 kafka::milliseconds timeout) override;

private:
    const std::shared_ptr<cluster> cluster_;
};

} // namespace streams::inline v0::embedded
