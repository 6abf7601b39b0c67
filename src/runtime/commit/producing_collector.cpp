#include "src/runtime/commit/producing_collector.hpp"

#include "src/runtime/tasks/record_failure.hpp"

#include <streams/core/partitioner.hpp>
#include <streams/core/saturation.hpp>

#include <algorithm>

namespace streams::inline v0 {
namespace {

constexpr kafka::milliseconds slice{100};

// A tag is the number of an input partition, from 1, and an offset in it.
constexpr unsigned tag_offset_bits = 48;
constexpr std::uint64_t tag_offset_mask = (std::uint64_t{1} << tag_offset_bits) - 1;
constexpr std::size_t most_origins = std::size_t{1} << (64 - tag_offset_bits);

} // namespace

/// Writes one store's updates to its changelog partition.
class changelog_writer final : public changelog_sink {
public:
    changelog_writer(producing_collector& collector, std::int32_t topic, std::int32_t partition, bool& written)
        : collector_(collector), topic_(topic), partition_(partition), written_(written) {
        written_ = false;
    }

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
        written_ = true;
    }

private:
    producing_collector& collector_;
    std::int32_t topic_;
    std::int32_t partition_;
    bool& written_;
};

void producing_collector::use(kafka::producer& producer) {
    producer_ = &producer;
    answered_ = sent_.load(std::memory_order_relaxed);
    transaction_open_ = false;
    failure_ = nullptr;
    ids_.clear();
    topics_.clear();
    written_.clear();
}

void producing_collector::begin_transaction() {
    if (transaction_open_) return;
    const auto answer = producer_->begin_transaction();
    transaction_open_ = true; // where it failed, it is given up like any other
    if (answer.ok()) return;
    if (answer.kind() == kafka::error_class::fenced) throw fenced_error(answer.reason());
    if (answer.kind() == kafka::error_class::fatal) throw unknown_outcome_error(answer.reason());
    throw lost_records_error(answer.reason());
}

void producing_collector::transaction_ended() {
    transaction_open_ = false;
    failure_ = nullptr;
    static_cast<void>(producer_->take_failures());
}

std::int32_t producing_collector::intern(std::string_view topic, bool offsets_wanted) {
    const auto [found, added] = ids_.try_emplace(std::string(topic), 0);
    if (added) {
        found->second = producer_->open(topic, offsets_wanted);
        topics_[found->second] = {std::string(topic)};
    }
    return found->second;
}

std::int32_t producing_collector::open(std::string_view topic) { return intern(topic, false); }

/// Whether a wait for the cluster has lasted to its deadline. Throws stopped_error where a stop has ended it before.
bool producing_collector::over(std::int64_t deadline) const {
    const std::int64_t now = time_.steady_ms();
    if (now >= deadline) return true;
    if (now >= patience::end_of(stop_))
        throw stopped_error(concat("the cluster took no records for ", patience_at_the_end.count(), " ms"));
    return false;
}

std::int32_t producing_collector::partitions(std::int32_t topic) {
    known_topic& known = topics_.at(topic);
    const std::int64_t deadline = time_.after(timeout_);
    while (known.partitions == 0) {
        known.partitions = producer_->partitions(topic, slice);
        if (known.partitions != 0) break;
        throw_failures();
        if (over(deadline))
            throw cluster_error(concat("the partition count of topic ", known.name, " was not learnt within ",
                                       timeout_.count(),
                                       " ms (task.timeout.ms); create the topic, or see whether the "
                                       "brokers are reachable"));
        wait_a_moment(kafka::milliseconds(10));
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
    if (r.origin && r.origin->offset >= 0) record.tag = tag_of(*r.origin);
    append(record);
}

std::uint64_t producing_collector::tag_of(const record_metadata& origin) {
    const auto is_it = [&](const topic_partition& each) {
        return each.partition == origin.partition && each.topic == origin.topic;
    };
    const auto spread = static_cast<std::size_t>(origin.partition) + origin.topic.size() +
                        static_cast<unsigned char>(origin.topic.empty() ? '\0' : origin.topic.back());
    std::size_t& at = recent_origins_[spread % recent_origins_.size()];
    if (at >= origins_.size() || !is_it(origins_[at])) {
        at = static_cast<std::size_t>(std::ranges::find_if(origins_, is_it) - origins_.begin());
        if (at + 1 >= most_origins) return 0;
        if (at == origins_.size()) origins_.push_back({std::string(origin.topic), origin.partition});
    }
    return (at + 1) << tag_offset_bits | (static_cast<std::uint64_t>(origin.offset) & tag_offset_mask);
}

/// ` with timestamp 5, a result of record 12 of topic-3`, as far as it is known.
std::string producing_collector::describe_failed(std::int64_t timestamp, std::uint64_t tag) const {
    std::string text;
    if (timestamp >= 0) text += concat(" with timestamp ", timestamp);
    if (tag == 0) return text;
    const topic_partition& from = origins_[(tag >> tag_offset_bits) - 1];
    return text + ", a result of " +
           describe({from.topic, from.partition, static_cast<std::int64_t>(tag & tag_offset_mask)});
}

/// What to look at where nothing leaves: the topics that nothing can be written to, or else the brokers.
std::string producing_collector::blocking() {
    std::string names;
    for (const auto& [id, known] : topics_)
        if (producer_->partitions(id, slice) == 0) names += concat(names.empty() ? "" : ", ", known.name);
    if (names.empty()) return "see whether the brokers are reachable";
    return concat("the cluster knows no partitions of ", names,
                  ": create what is missing, and see whether the brokers are "
                  "reachable");
}

void producing_collector::append(const kafka::producer_record& record) {
    if (in_transactions_ && !transaction_open_) [[unlikely]]
        begin_transaction();
    if (const auto answer = producer_->append(record); !answer) wait_and_append(record, answer);
    sent_.store(sent_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void producing_collector::wait_and_append(const kafka::producer_record& record, const kafka::result& first) {
    const std::int64_t deadline = time_.after(timeout_);
    for (auto answer = first; !answer;) {
        if (answer.kind() == kafka::error_class::fenced) throw fenced_error(answer.reason());
        const std::string& topic = topics_.at(record.topic).name;
        if (answer.kind() == kafka::error_class::abortable) {
            throw_failures(); // the one that it failed for
            throw lost_records_error(concat("a record", describe_failed(record.timestamp, record.tag),
                                            ", cannot be written to topic ", topic, ": ", answer.reason()));
        }
        if (answer.kind() != kafka::error_class::retriable)
            throw cluster_error(concat("a record", describe_failed(record.timestamp, record.tag),
                                       ", cannot be written to topic ", topic, ": ", answer.reason()));
        if (over(deadline))
            throw cluster_error(concat("a record", describe_failed(record.timestamp, record.tag),
                                       ", could not be written to topic ", topic, " within ", timeout_.count(),
                                       " ms (task.timeout.ms): ", answer.reason(), "; ", blocking()));
        producer_->poll(kafka::milliseconds(10));
        throw_failures();
        answer = producer_->append(record);
        // Where acknowledgements come without making room, this must not become a busy loop.
        if (!answer) wait_a_moment(kafka::milliseconds(1));
    }
}

void producing_collector::wait_a_moment(kafka::milliseconds moment) {
    time_.sleep(moment);
    try {
        while_waiting_();
    } catch (const task_error&) {
        failure_ = std::current_exception(); // also where a node catches it
        throw;
    }
}

std::unique_ptr<changelog_sink> producing_collector::open_changelog(std::string_view topic, std::int32_t partition) {
    const std::int32_t id = intern(topic, true);
    return std::make_unique<changelog_writer>(*this, id, partition, written_[{id, partition}]);
}

std::optional<std::int64_t> producing_collector::acknowledged(std::string_view changelog, std::int32_t partition) {
    const auto found = ids_.find(std::string(changelog));
    if (found == ids_.end()) return std::nullopt;
    // An offset from before is of a time when others may have written since, or of a topic that was made anew.
    const auto written = written_.find({found->second, partition});
    if (written == written_.end() || !written->second) return std::nullopt;
    return producer_->last_offset(found->second, partition);
}

void producing_collector::give_up_sent() noexcept {
    failure_ = nullptr;
    for (auto& [changelog, written] : written_) written = false;
}

bool producing_collector::come_to_rest(kafka::milliseconds wait) {
    const auto sent = sent_.load(std::memory_order_relaxed);
    if (sent == answered_) return true;
    if (!producer_->flush(wait)) return false;
    answered_ = sent;
    static_cast<void>(producer_->take_failures()); // of what was given up
    return true;
}

void producing_collector::serve() {
    producer_->poll(kafka::milliseconds(0));
    throw_failures();
}

bool producing_collector::flush(const patience& within, kafka::milliseconds wait) {
    const auto answer = producer_->flush(wait);
    if (answer.ok()) answered_ = sent_.load(std::memory_order_relaxed);
    throw_failures();
    if (answer.ok()) return true;
    if (answer.kind() == kafka::error_class::fenced) throw fenced_error(answer.reason());
    if (answer.kind() != kafka::error_class::retriable || within.over())
        throw cluster_error(concat("records could not be written within ", within.limit().count(),
                                   " ms: ", answer.reason(), "; ", blocking()));
    time_.sleep(kafka::milliseconds(1)); // a client that answers at once must not make this a busy loop
    return false;
}

void producing_collector::refresh_partitions() {
    for (auto& [id, known] : topics_) {
        if (known.partitions == 0) continue;
        if (const std::int32_t now = producer_->partitions(id, slice); now > 0) known.partitions = now;
    }
}

void producing_collector::throw_failures() {
    auto failure = failure_of(producer_->take_failures());
    if (!failure_) failure_ = std::move(failure);
    if (failure_) std::rethrow_exception(failure_);
}

/// Null: there is none.
std::exception_ptr producing_collector::failure_of(const std::vector<kafka::delivery_failure>& failures) const {
    if (failures.empty()) return nullptr;
    const auto& first = failures.front();
    const auto fenced = std::find_if(failures.begin(), failures.end(), [](const kafka::delivery_failure& each) {
        return each.reason.kind() == kafka::error_class::fenced;
    });
    if (fenced != failures.end()) return std::make_exception_ptr(fenced_error(fenced->reason.reason()));
    const auto message =
        concat(failures.size(), failures.size() == 1 ? " record" : " records", " could not be written, the first to ",
               kafka::destination(first.partition), describe_failed(first.timestamp, first.tag), ": ",
               first.reason.reason(), "; nothing read since the last commit is committed");
    const bool passing = std::all_of(failures.begin(), failures.end(), [](const kafka::delivery_failure& each) {
        return each.reason.kind() == kafka::error_class::retriable ||
               each.reason.kind() == kafka::error_class::abortable;
    });
    return passing ? std::make_exception_ptr(lost_records_error(message))
                   : std::make_exception_ptr(cluster_error(message));
}

} // namespace streams::inline v0
