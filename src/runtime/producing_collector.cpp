#include "src/runtime/producing_collector.hpp"

#include "src/runtime/task_errors.hpp"

#include <streams/core/partitioner.hpp>
#include <streams/core/saturation.hpp>

#include <algorithm>

namespace streams::inline v0 {
namespace {

constexpr kafka::milliseconds slice{100};

} // namespace

/// Writes one store's updates to its changelog partition.
class changelog_writer final : public changelog_sink {
public:
    changelog_writer(producing_collector& collector, std::int32_t topic, std::int32_t partition)
        : collector_(collector), topic_(topic), partition_(partition) {}

    void append(bytes_view key, std::optional<bytes_view> value, std::int64_t timestamp,
                const headers* headers) override {
        kafka::producer_record record;
        record.topic = topic_;
        record.partition = partition_;
        record.key = key;
        record.value = value;
        record.timestamp = timestamp;
        record.headers = headers;
        collector_.append(record);
    }

private:
    producing_collector& collector_;
    std::int32_t topic_;
    std::int32_t partition_;
};

std::int32_t producing_collector::intern(std::string_view topic, bool offsets_wanted) {
    const auto [found, added] = ids_.try_emplace(std::string(topic), 0);
    if (added) {
        found->second = producer_.open(topic, offsets_wanted);
        topics_[found->second] = {std::string(topic)};
    }
    return found->second;
}

std::int32_t producing_collector::open(std::string_view topic) { return intern(topic, false); }

std::int32_t producing_collector::partitions(std::int32_t topic) {
    known_topic& known = topics_.at(topic);
    const std::int64_t deadline = detail::add_sat(time_.steady_ms(), timeout_.count());
    while (known.partitions == 0) {
        known.partitions = producer_.partitions(topic, slice);
        if (known.partitions != 0) break;
        throw_failures();
        if (time_.steady_ms() >= deadline)
            throw cluster_error(concat("the partition count of topic ", known.name, " was not learnt within ",
                                       timeout_.count(), " ms (task.timeout.ms); create the topic, or see whether the "
                                       "brokers are reachable"));
        time_.sleep(kafka::milliseconds(10));
    }
    return known.partitions;
}

void producing_collector::send(std::int32_t topic, const outgoing_record& r) {
    kafka::producer_record record;
    record.topic = topic;
    record.partition = r.partition;
    record.key = r.key;
    record.value = r.value;
    record.timestamp = r.timestamp;
    record.headers = r.headers != nullptr && r.headers->empty() ? nullptr : r.headers;
    if (r.partition_key && !r.partition) record.partition = partition_of(*r.partition_key, partitions(topic));
    append(record);
}

void producing_collector::append(const kafka::producer_record& record) {
    if (const auto answer = producer_.append(record); !answer) wait_and_append(record, answer);
    sent_.store(sent_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void producing_collector::wait_and_append(const kafka::producer_record& record, const kafka::result& first) {
    const std::int64_t deadline = detail::add_sat(time_.steady_ms(), timeout_.count());
    for (auto answer = first; !answer;) {
        if (answer.kind() == kafka::error_class::fenced) throw fenced_error(answer.reason());
        const std::string& topic = topics_.at(record.topic).name;
        if (answer.kind() != kafka::error_class::retriable)
            throw cluster_error(concat("a record cannot be written to topic ", topic, ": ", answer.reason()));
        if (time_.steady_ms() >= deadline)
            throw cluster_error(concat("a record could not be written to topic ", topic, " within ", timeout_.count(),
                                       " ms (task.timeout.ms): ", answer.reason(),
                                       "; see whether the brokers are reachable"));
        producer_.poll(kafka::milliseconds(10));
        throw_failures();
        answer = producer_.append(record);
        // Where acknowledgements come without making room, this must not become a busy loop.
        if (!answer) time_.sleep(kafka::milliseconds(1));
    }
}

std::unique_ptr<changelog_sink> producing_collector::open_changelog(std::string_view topic, std::int32_t partition) {
    return std::make_unique<changelog_writer>(*this, intern(topic, true), partition);
}

std::optional<std::int64_t> producing_collector::acknowledged(std::string_view changelog, std::int32_t partition) {
    const auto found = ids_.find(std::string(changelog));
    if (found == ids_.end()) return std::nullopt;
    return producer_.last_offset(found->second, partition);
}

void producing_collector::serve() {
    producer_.poll(kafka::milliseconds(0));
    throw_failures();
}

void producing_collector::flush(std::chrono::milliseconds limit) {
    const std::int64_t deadline = detail::add_sat(time_.steady_ms(), limit.count());
    for (;;) {
        const auto left = std::max<std::int64_t>(deadline - time_.steady_ms(), 0);
        const auto answer = producer_.flush(kafka::milliseconds(std::min<std::int64_t>(left, 1000)));
        throw_failures();
        if (answer.ok()) return;
        if (answer.kind() == kafka::error_class::fenced) throw fenced_error(answer.reason());
        if (answer.kind() != kafka::error_class::retriable || left == 0)
            throw cluster_error(concat("records could not be written within ", limit.count(), " ms: ", answer.reason(),
                                       "; see whether the brokers are reachable"));
    }
}

void producing_collector::throw_failures() {
    const auto failures = producer_.take_failures();
    if (failures.empty()) return;
    const auto& first = failures.front();
    const auto fenced = std::find_if(failures.begin(), failures.end(), [](const kafka::delivery_failure& each) {
        return each.reason.kind() == kafka::error_class::fenced;
    });
    if (fenced != failures.end()) throw fenced_error(fenced->reason.reason());
    const auto message = concat(failures.size(), failures.size() == 1 ? " record" : " records",
                                " could not be written, the first to ", to_string(first.partition), ": ",
                                first.reason.reason(), "; nothing read since the last commit is committed");
    const bool passing = std::all_of(failures.begin(), failures.end(), [](const kafka::delivery_failure& each) {
        return each.reason.kind() == kafka::error_class::retriable;
    });
    if (passing) throw lost_records_error(message);
    throw cluster_error(message);
}

} // namespace streams::inline v0
