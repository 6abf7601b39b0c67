#include "src/runtime/commit/producing_collector.hpp"

#include "src/runtime/tasks/record_failure.hpp"

#include <streams/core/log.hpp>
#include <streams/core/partitioner.hpp>
#include <streams/core/saturation.hpp>

#include <algorithm>

namespace streams::inline v0 {
namespace {

constexpr kafka::milliseconds slice{100};
constexpr kafka::milliseconds longest_asking{1000};
constexpr kafka::milliseconds longest_last_letters{5000};

} // namespace

/// Writes one store's updates to its changelog partition.
class changelog_writer final : public changelog_sink {
public:
    changelog_writer(producing_collector& collector, producing_collector::opened_changelog& to, std::int32_t partition)
        : collector_(collector), to_(to), partition_(partition) {}

    void append(bytes_view key, std::optional<bytes_view> value, std::int64_t timestamp,
                const headers* headers) override {
        kafka::producer_record record;
        record.topic = to_.topic;
        record.partition = partition_;
        record.key = key;
        record.value = value;
        record.timestamp = timestamp;
        record.headers = headers;
        collector_.append(record);
        to_.written = true;
    }

private:
    producing_collector& collector_;
    producing_collector::opened_changelog& to_;
    std::int32_t partition_;
};

void producing_collector::use(kafka::producer& producer) {
    give_up_sent();
    producer_ = &producer;
    answered_ = sent_.load(std::memory_order_relaxed);
    transaction_open_ = false;
    ids_.clear();
    topics_.clear();
    unrefreshed_.clear();
    routes_.clear();
    route_ids_.clear();
    for (auto& [name, opened] : changelogs_) { // a standby's stay open
        opened.topic = intern(name.first, true);
        opened.written = false;
    }
}

/// Whatever throws in the middle of a record.
template <class Work>
decltype(auto) producing_collector::keeping(const Work& work) {
    try {
        return work();
    } catch (...) {
        if (!failure_) failure_ = std::current_exception();
        throw;
    }
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
    forget_failures();
}

void producing_collector::committed(std::span<const task_id> tasks, std::span<const kafka::committed_offset> offsets) {
    drops_.add(drop_reason::production, refused_.committed(tasks, offsets));
    refused_came_ = passed_over_ = false;
    if (origins_.crowded() && refused_.empty()) origins_.clear(); // nothing is on its way
}

std::int32_t producing_collector::intern(std::string_view topic, bool offsets_wanted) {
    const auto [found, added] = ids_.try_emplace(std::string(topic), 0);
    if (added) {
        found->second = producer_->open(topic, offsets_wanted);
        topics_[found->second] = {std::string(topic)};
    }
    return found->second;
}

std::int32_t producing_collector::open(std::string_view topic, const record_sender& sender) {
    const route wanted{intern(topic, false), origins_.add(sender)};
    const auto [found, added] =
        route_ids_.try_emplace({wanted.topic, wanted.sender}, static_cast<std::int32_t>(routes_.size()));
    if (added) routes_.push_back(wanted);
    return found->second;
}

/// Whether a wait for the cluster has lasted to its deadline. Throws stopped_error where a stop has ended it before.
bool producing_collector::over(std::int64_t deadline) const {
    const std::int64_t now = time_.steady_ms();
    if (now >= deadline) return true;
    if (now >= patience::end_of(stop_))
        throw stopped_error(concat("the cluster took no records for ", patience_at_the_end.count(), " ms"));
    return false;
}

std::int32_t producing_collector::partitions(std::int32_t topic) {
    return keeping([&] { return partitions_for(routes_[static_cast<std::size_t>(topic)]); });
}

/// A topic that the producer does not know yet it knows a moment later; for longer nobody else is held up in mid-record.
std::int32_t producing_collector::partitions_for(const route& to) {
    known_topic& known = topics_.at(to.topic);
    const std::int64_t deadline = time_.after(longest_asking);
    while (known.partitions == 0) {
        if (!known.missing) known.partitions = producer_->partitions(to.topic, slice);
        if (known.partitions != 0) break;
        throw_failures();
        if (known.missing || over(deadline)) {
            known.missing = true;
            throw unknown_partitions_error(origins_.task_of(to.sender), known.name);
        }
        wait_a_moment(kafka::milliseconds(10));
    }
    return known.partitions;
}

kafka::result producing_collector::learn_partitions(std::string_view topic, kafka::milliseconds timeout) {
    const std::int32_t id = intern(topic, false);
    known_topic& known = topics_.at(id);
    if (known.partitions == 0) known.partitions = producer_->partitions(id, timeout);
    known.missing = known.partitions == 0;
    if (!known.missing) return {};
    return {kafka::error_class::retriable, "the cluster does not know the topic, or does not answer"};
}

void producing_collector::send(std::int32_t topic, const outgoing_record& r) {
    const route to = routes_[static_cast<std::size_t>(topic)];
    kafka::producer_record record;
    record.topic = to.topic;
    record.partition = r.partition;
    record.key = r.key;
    record.value = r.value;
    record.timestamp = r.timestamp;
    record.headers = r.headers != nullptr && r.headers->empty() ? nullptr : r.headers;
    if (r.partition_key && !r.partition) record.partition = partition_of(*r.partition_key, partitions(topic));
    record.tag = origins_.tag_of(to.sender, r.origin != nullptr ? *r.origin : record_metadata{});
    append(record);
}

void producing_collector::send_dead_letters(std::span<const dead_letter> letters, const record_sender& sender,
                                            const record_metadata& origin, bool failing) {
    if (letters.empty()) return;
    const auto tag = origins_.tag_of_dead_letter(origins_.add(sender), origin);
    if (!failing) return append(letters, tag);
    constexpr std::string_view may_be_missing = "the last dead letters may be missing: ";
    const auto longest = std::exchange(timeout_, std::min(longest_last_letters, timeout_));
    try {
        append(letters, tag);
        // Who fails has no other commit that would wait for them; in a transaction they go with it.
        if (!in_transactions_) await_all();
        if (!unanswered_.empty()) log(log_level::warn, concat(may_be_missing, unanswered_.front().reason.reason()));
    } catch (const task_error& cause) { // there is more to say about what they are about
        log(log_level::warn, concat(may_be_missing, cause.what()));
    }
    timeout_ = longest;
}

void producing_collector::await_all() {
    const patience within(time_, stop_, timeout_);
    while (!flush(within, slice)) {
        static_cast<void>(over(within.deadline())); // where it is, the next flush says why
        wait_a_moment(kafka::milliseconds(1));
    }
}

void producing_collector::append(std::span<const dead_letter> letters, std::uint64_t tag) {
    for (const dead_letter& each : letters)
        append({.topic = intern(each.topic, false),
                .partition = each.partition,
                .key = each.key,
                .value = each.value,
                .timestamp = each.timestamp,
                .headers = each.headers.empty() ? nullptr : &each.headers,
                .tag = tag});
}

/// ` with timestamp 5, a result of record 12 of topic-3`, as far as it is known.
std::string producing_collector::describe_origin(std::int64_t timestamp, std::uint64_t tag) const {
    std::string text;
    if (timestamp >= 0) text += concat(" with timestamp ", timestamp);
    const auto from = origins_.find(tag);
    if (from.metadata.offset < 0) return text;
    return concat(text, from.dead_letter ? ", the dead letter of " : ", a result of ", describe(from.metadata));
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
    keeping([&] {
        if (in_transactions_ && !transaction_open_) [[unlikely]]
            begin_transaction();
        if (!refused_.empty()) [[unlikely]]
            if (const auto* what = refused_.find(topics_.at(record.topic).name, record))
                return append_refused(record, *what);
        hand_over(record);
    });
}

void producing_collector::hand_over(const kafka::producer_record& record) {
    if (const auto answer = producer_->append(record); !answer) wait_and_append(record, answer);
    sent_.store(sent_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void producing_collector::wait_and_append(const kafka::producer_record& record, const kafka::result& first) {
    const std::int64_t deadline = stop_.stop_requested() ? never : time_.after(timeout_); // who ends has its own
    for (auto answer = first; !answer;) {
        if (answer.kind() == kafka::error_class::fenced) throw fenced_error(answer.reason());
        const std::string& topic = topics_.at(record.topic).name;
        if (answer.kind() == kafka::error_class::abortable) {
            throw_failures(); // the one that it failed for
            throw lost_records_error(concat("a record", describe_origin(record.timestamp, record.tag),
                                            ", cannot be written to topic ", topic, ": ", answer.reason()));
        }
        if (answer.kind() != kafka::error_class::retriable)
            throw cluster_error(concat("a record", describe_origin(record.timestamp, record.tag),
                                       ", cannot be written to topic ", topic, ": ", answer.reason()));
        if (over(deadline))
            throw cluster_error(concat("a record", describe_origin(record.timestamp, record.tag),
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
    while_waiting_();
}

std::unique_ptr<changelog_sink> producing_collector::open_changelog(std::string_view topic, task_id task) {
    const std::int32_t id = intern(topic, true);
    opened_changelog& opened = changelogs_[{std::string(topic), task.partition}] = {task, id};
    return std::make_unique<changelog_writer>(*this, opened, task.partition);
}

std::optional<std::int64_t> producing_collector::acknowledged(std::string_view topic, std::int32_t partition) {
    // An offset from before is of a time when others may have written since, or of a topic that was made anew.
    const auto opened = changelogs_.find({std::string(topic), partition});
    if (opened == changelogs_.end() || !opened->second.written) return std::nullopt;
    return producer_->last_offset(opened->second.topic, partition);
}

void producing_collector::give_up_sent() noexcept {
    failure_ = nullptr;
    unanswered_.clear();
    refused_.aborted();
    refused_came_ = passed_over_ = false;
    for (auto& [of, opened] : changelogs_) opened.written = false;
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
    if (answer.ok()) return answered_ == sent_.load(std::memory_order_relaxed); // or dead letters were written since
    if (answer.kind() == kafka::error_class::fenced) throw fenced_error(answer.reason());
    if (answer.kind() != kafka::error_class::retriable || within.over())
        throw cluster_error(concat("records could not be written within ", within.limit().count(),
                                   " ms: ", answer.reason(), "; ", blocking()));
    time_.sleep(kafka::milliseconds(1)); // a client that answers at once must not make this a busy loop
    return false;
}

void producing_collector::refresh_partitions() {
    if (unrefreshed_.empty())
        for (const auto& [id, known] : topics_)
            if (known.partitions != 0) unrefreshed_.push_back(id);
    const std::int64_t until = time_.after(slice);
    for (std::int64_t left = slice.count(); left > 0 && !unrefreshed_.empty(); left = until - time_.steady_ms()) {
        const std::int32_t id = unrefreshed_.back();
        unrefreshed_.pop_back();
        if (const std::int32_t now = producer_->partitions(id, kafka::milliseconds(left)); now > 0)
            topics_.at(id).partitions = now;
    }
}

} // namespace streams::inline v0
