#include <streams/testing/embedded_cluster.hpp>

#include "src/embedded/clients.hpp"
#include "src/embedded/log_reader.hpp"
#include "src/testing/owned_bytes.hpp"

#include <streams/core/error.hpp>
#include <streams/core/execution.hpp>

namespace streams::inline v0 {

namespace {

std::shared_ptr<embedded::topic> topic_named(const embedded::cluster& cluster, std::string_view name) {
    auto found = cluster.find(name);
    if (!found) throw streams_error(concat("embedded cluster: topic ", name, " does not exist; create it first"));
    return found;
}

embedded::partition_log& log_of(const embedded::topic& topic, std::int32_t partition) {
    if (partition < 0 || static_cast<std::size_t>(partition) >= topic.logs.size())
        throw streams_error(concat("embedded cluster: topic ", topic.name, " has no partition ", partition,
                                   ", only 0 to ", topic.logs.size() - 1));
    return *topic.logs[static_cast<std::size_t>(partition)];
}

} // namespace

embedded_cluster::embedded_cluster(embedded_cluster_options options) {
    auto& time = options.time != nullptr ? *options.time : machine();
    cluster_ = std::make_shared<embedded::cluster>(
        embedded::cluster_options{std::move(options.folder),
                                  {options.session_timeout, options.max_poll_interval},
                                  options.transaction_timeout},
        time);
}

embedded_cluster::~embedded_cluster() = default;
embedded_cluster::embedded_cluster(embedded_cluster&&) noexcept = default;
embedded_cluster& embedded_cluster::operator=(embedded_cluster&&) noexcept = default;

std::shared_ptr<kafka::client_supplier> embedded_cluster::clients() const { return embedded::make_clients(cluster_); }

bool embedded_cluster::create_topic(std::string_view name, std::int32_t partitions,
                                    const std::map<std::string, std::string>& config) {
    return cluster_->create_topic(std::string(name), partitions, config);
}

bool embedded_cluster::create_partitions(std::string_view name, std::int32_t partitions) {
    return cluster_->create_partitions(std::string(name), partitions);
}

bool embedded_cluster::remove_topic(std::string_view name) { return cluster_->remove_topic(std::string(name)); }

std::vector<std::string> embedded_cluster::topics() const { return cluster_->topic_names(); }

std::int32_t embedded_cluster::partitions(std::string_view topic) const {
    const auto found = cluster_->find(topic);
    return found ? static_cast<std::int32_t>(found->logs.size()) : 0;
}

std::int64_t embedded_cluster::produce_bytes(std::string_view topic, std::optional<bytes_view> key,
                                             std::optional<bytes_view> value, const record_placement& placement) {
    const auto to = topic_named(*cluster_, topic);
    auto& log = log_of(*to, placement.partition ? *placement.partition : to->partition_for(key));
    return log.append({.timestamp = placement.timestamp ? *placement.timestamp : cluster_->time().wall_ms(),
                       .key = key,
                       .value = value,
                       .headers = placement.headers});
}

std::vector<raw_stored_record> embedded_cluster::read_bytes(std::string_view topic, isolation_level isolation) const {
    constexpr std::size_t at_once = 1000;
    std::vector<raw_stored_record> all;
    for (const auto& log : topic_named(*cluster_, topic)->logs) {
        embedded::log_reader reader(log, log->start(), isolation == isolation_level::read_committed);
        std::vector<record_view> records;
        std::shared_ptr<const void> memory;
        while (reader.read(at_once, records, memory) == embedded::log_reader::outcome::records) {
            for (const auto& one : records)
                all.push_back({owned(one.key), owned(one.value), one.timestamp,
                               one.headers != nullptr ? *one.headers : headers{}, log->name().partition, one.offset});
            records.clear();
        }
    }
    return all;
}

std::vector<std::int64_t> embedded_cluster::begin_offsets(std::string_view topic) const {
    std::vector<std::int64_t> offsets;
    for (const auto& log : topic_named(*cluster_, topic)->logs) offsets.push_back(log->start());
    return offsets;
}

std::vector<std::int64_t> embedded_cluster::end_offsets(std::string_view topic) const {
    std::vector<std::int64_t> offsets;
    for (const auto& log : topic_named(*cluster_, topic)->logs) offsets.push_back(log->end());
    return offsets;
}

std::map<topic_partition, stored_offset> embedded_cluster::committed(const std::string& group) const {
    std::map<topic_partition, stored_offset> offsets;
    if (const auto found = cluster_->find_group(group))
        for (auto& one : found->all_committed())
            offsets.emplace(std::move(one.partition), stored_offset{one.offset, std::move(one.metadata)});
    return offsets;
}

std::size_t embedded_cluster::members(const std::string& group) const {
    const auto found = cluster_->find_group(group);
    return found ? found->members() : 0;
}

void embedded_cluster::compact(std::string_view topic) {
    for (const auto& log : topic_named(*cluster_, topic)->logs) log->compact();
}

void embedded_cluster::apply_retention() { cluster_->apply_retention(); }

void embedded_cluster::delete_records(const topic_partition& partition, std::int64_t offset) {
    auto& log = log_of(*topic_named(*cluster_, partition.topic), partition.partition);
    if (offset > log.end())
        throw streams_error(concat("embedded cluster: cannot delete the records of ", to_string(partition),
                                   " before offset ", offset, ", because the log ends at ", log.end()));
    cluster_->delete_records(log, offset);
}

} // namespace streams::inline v0
