#include "src/embedded/admin.hpp"

#include "src/embedded/outcome.hpp"

#include <streams/core/error.hpp>

#include <utility>

namespace streams::inline v0::embedded {

using kafka::result;

result admin::describe(std::span<const std::string> topics, std::map<std::string, std::int32_t>& partitions,
                       kafka::milliseconds) {
    for (const auto& name : topics)
        if (const auto topic = cluster_->find(name))
            partitions.emplace(name, static_cast<std::int32_t>(topic->logs.size()));
    return {};
}

result admin::describe_configs(std::span<const std::string> topics,
                               std::map<std::string, std::map<std::string, std::string>>& found, kafka::milliseconds) {
    for (const auto& name : topics)
        if (const auto topic = cluster_->find(name))
            found.insert_or_assign(name, topic->settings.in_force(topic->config));
    return {};
}

result admin::bounds(const topic_partition& partition, kafka::log_bounds& found, kafka::milliseconds) {
    const auto log = cluster_->find_log(partition);
    if (!log) return {kafka::error_class::retriable, concat(to_string(partition), " does not exist (yet); ask again")};
    found = {log->start(), log->end()};
    return {};
}

result admin::list(std::vector<std::string>& topics, kafka::milliseconds) {
    for (auto& name : cluster_->topic_names()) topics.push_back(std::move(name));
    return {};
}

result admin::create(std::span<const kafka::new_topic> topics, kafka::milliseconds) {
    return attempt([&] {
        for (const auto& one : topics) (void)cluster_->create_topic(one.name, one.partitions, one.config);
    });
}

result admin::remove(std::span<const std::string> topics, kafka::milliseconds) {
    return attempt([&] {
        for (const auto& name : topics) (void)cluster_->remove_topic(name);
    });
}

result admin::delete_records(std::span<const std::pair<topic_partition, std::int64_t>> before, kafka::milliseconds) {
    return attempt([&]() -> result {
        for (const auto& [partition, offset] : before) {
            const auto topic = cluster_->find(partition.topic);
            if (!topic) return unknown_topic(partition.topic);
            if (partition.partition < 0 || static_cast<std::size_t>(partition.partition) >= topic->logs.size())
                return unknown_partition(partition.topic, partition.partition, topic->logs.size());
            auto& log = *topic->logs[static_cast<std::size_t>(partition.partition)];
            if (offset > log.end())
                return {kafka::error_class::fatal,
                        concat(to_string(partition), ": cannot delete the records before offset ", offset,
                               ", because the log ends at ", log.end())};
            cluster_->delete_records(log, offset);
        }
        return {};
    });
}

} // namespace streams::inline v0::embedded
