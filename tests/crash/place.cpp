#include "crash/place.hpp"

#include "src/core/memory_limits.hpp"

#include <streams/core/error.hpp>
#include <streams/testing/embedded_cluster.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <random>
#include <thread>
#include <utility>

namespace streams::crash {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 30s;

/// Asks again what the cluster could not do at once.
template <class Call>
void insist(const std::string& task, Call call) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        const kafka::result answer = call();
        if (answer) return;
        if (std::chrono::steady_clock::now() > deadline)
            throw streams_error(concat("the cluster does not ", task, ": ", answer.reason(), "; look at its log"));
        std::this_thread::sleep_for(20ms);
    }
}

std::vector<topic_partition> partitions_of(const std::string& topic) {
    std::vector<topic_partition> all;
    for (std::int32_t partition = 0; partition < partitions; ++partition) all.push_back({topic, partition});
    return all;
}

} // namespace

std::string place::name() const {
    return guarantee == processing_guarantee::exactly_once_v2 ? "crash-exactly-once" : "crash-at-least-once";
}

streams_config place::config(std::uint32_t seed, instance of) const {
    std::mt19937 random(seed);
    const auto below = [&](int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random); };
    streams_config drawn;
    drawn.application_id = name();
    drawn.bootstrap_servers = bootstrap_servers;
    drawn.guarantee = guarantee;
    drawn.state_dir = state_of(of);
    drawn.num_stream_threads = 1 + below(2);
    if (below(2) == 0) drawn.state_memory_bytes = static_cast<std::int64_t>(least_memory(drawn.num_stream_threads));
    drawn.commit_interval = std::chrono::milliseconds(5 + below(60));
    drawn.num_standby_replicas = below(2);
    if (below(2) == 0) drawn.state_cleanup_delay = std::chrono::milliseconds(below(200));
    drawn.poll = 5ms;
    drawn.repartition_purge_interval = 200ms;
    if (!bootstrap_servers.empty()) drawn.consumer = {{"session.timeout.ms", "6000"}, {"heartbeat.interval.ms", "500"}};
    return drawn;
}

std::shared_ptr<kafka::client_supplier> place::clients() const {
    if (!bootstrap_servers.empty()) return kafka::make_rdkafka_clients(config(0));
    return embedded_cluster({.folder = folder / "cluster", .session_timeout = 100ms}).clients();
}

cluster_side::cluster_side(const place& at, std::shared_ptr<kafka::client_supplier> clients)
    : at_(at), clients_(std::move(clients)), admin_(clients_->make_admin("crash-admin")) {}

void cluster_side::make_topics() {
    const std::map<std::string, std::string> kept{{"retention.ms", "-1"}};
    const std::vector<kafka::new_topic> topics{{at_.in(), partitions, -1, kept}, {at_.out(), partitions, -1, kept}};
    insist("create topics", [&] { return admin_->create(topics, patience); });
}

void cluster_side::write(std::span<const input_record> records) {
    const auto producer = clients_->make_producer({.client_id = "crash-writer"});
    const std::int32_t topic = producer->open(at_.in());
    for (const input_record& each : records)
        insist("take a record", [&] {
            producer->poll(0ms);
            return producer->append({.topic = topic,
                                     .key = bytes_view(each.key),
                                     .value = bytes_view(each.value),
                                     .timestamp = each.timestamp});
        });
    insist("acknowledge records", [&] { return producer->flush(patience); });
    if (const auto failures = producer->take_failures(); !failures.empty())
        throw streams_error(concat("a record of the input was refused: ", failures.front().reason.reason()));
    producer->close();
}

std::vector<kafka::committed_offset> cluster_side::committed_of(std::span<const topic_partition> inputs) {
    const auto asking = clients_->make_consumer({.client_id = "crash-asking", .group_id = at_.name()});
    std::vector<kafka::committed_offset> found;
    insist("say what is committed", [&] { return asking->committed(inputs, found, patience); });
    return found;
}

std::int64_t cluster_side::committed() {
    std::int64_t sum = 0;
    for (const auto& each : committed_of(partitions_of(at_.in()))) sum += each.offset;
    return sum;
}

bool cluster_side::is_drained() {
    auto all = partitions_of(at_.in());
    std::ranges::copy(partitions_of(at_.name() + "-group-repartition"), std::back_inserter(all));
    const auto committed = committed_of(all);
    return std::ranges::all_of(all, [&](const topic_partition& input) {
        kafka::log_bounds bounds;
        if (!admin_->bounds(input, bounds, patience)) return false;
        const auto found = std::ranges::find(committed, input, &kafka::committed_offset::partition);
        return bounds.end == 0 || (found != committed.end() && found->offset >= bounds.end);
    });
}

} // namespace streams::crash
