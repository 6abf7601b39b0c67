#include "src/kafka/rdkafka_consumer.hpp"

#include "src/core/memory_limits.hpp"
#include "src/core/owned_records.hpp"
#include "src/kafka/rdkafka_config.hpp"
#include "src/kafka/rdkafka_error.hpp"
#include "src/kafka/rdkafka_generation.hpp"
#include "src/kafka/rdkafka_partitions.hpp"

#include <streams/core/clock.hpp>
#include <streams/core/error.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <exception>
#include <utility>

namespace streams::inline v0::kafka {

namespace {

constexpr milliseconds longest_commit{30'000}; ///< after which an answer is not waited for any more
constexpr milliseconds close_timeout{10'000};
constexpr milliseconds leave_timeout{5'000};
constexpr milliseconds leader_timeout{3'000};
constexpr milliseconds seek_timeout_at_most{5'000};

std::string value_of(const client_settings& settings, const std::string& name) {
    const auto found = settings.find(name);
    return found == settings.end() ? std::string() : found->second;
}

std::size_t number_of(const client_settings& settings, const std::string& name) {
    const auto text = value_of(settings, name);
    std::size_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

} // namespace

rdkafka_consumer::rdkafka_consumer(const streams_config& config, const consumer_options& options,
                                   std::shared_ptr<rdkafka_cluster> cluster)
    : group_id_(options.group_id), waker_(nullptr, {}, {}) {
    const auto settings = consumer_settings(config, options);
    auto events = std::make_unique<consumer_events>(std::move(cluster));
    events_ = events.get();
    events_->in_group = !group_id_.empty();
    client_ = std::make_shared<rdkafka_client>(RD_KAFKA_CONSUMER, make_conf(settings, "consumer"), std::move(events));
    rd_kafka_poll_set_consumer(client_->get());
    queue_.reset(rd_kafka_queue_get_consumer(client_->get()));
    events_->queue = queue_.get();
    read_committed_ = value_of(settings, "isolation.level") == "read_committed";
    waker_ = fetch_waker(client_->get(), value_of(settings, "sasl.username"), value_of(settings, "sasl.password"));
    if (const auto interval = number_of(settings, "max.poll.interval.ms"); interval > 0)
        longest_wait_ = milliseconds(interval) / 6;
    wake_after_bytes_ = number_of(settings, "queued.max.messages.kbytes") * memory::kib / 4;
    wake_after_records_ = number_of(settings, "queued.min.messages") / 4;
    most_held_bytes_ = number_of(settings, "queued.max.messages.kbytes") * memory::kib;
}

rdkafka_consumer::~rdkafka_consumer() { close(); }

/// ms of a wait in the middle of a turn.
int rdkafka_consumer::within(milliseconds limit) const noexcept {
    return static_cast<int>(std::min(limit, longest_wait_).count());
}

result rdkafka_consumer::subscribe(std::span<const std::string> topics) {
    const auto list = list_of(topics);
    events_->closing = false;
    return result_of(client_->get(), rd_kafka_subscribe(client_->get(), list.get()),
                     "subscribing to the source topics");
}

/// Asks the broker what partitions a topic has, whatever is known of it.
bool rdkafka_consumer::ask_about(const std::string& topic) {
    const topic_ptr handle{rd_kafka_topic_new(client_->get(), topic.c_str(), nullptr)};
    const rd_kafka_metadata_t* found = nullptr;
    if (!handle || rd_kafka_metadata(client_->get(), 0, handle.get(), &found, within(leader_timeout)) !=
                       RD_KAFKA_RESP_ERR_NO_ERROR)
        return false;
    const metadata_ptr released{found};
    return true;
}

void rdkafka_consumer::learn_leaders(std::span<const std::pair<topic_partition, std::int64_t>> partitions) {
    // Without it the first fetch of a topic that nobody has asked about waits half a second.
    for (const auto& [partition, offset] : partitions) {
        if (!known_topics_.insert(partition.topic).second || ask_about(partition.topic)) continue;
        known_topics_.erase(partition.topic);
        return; // the brokers are away, and would be waited for by each topic
    }
}

result rdkafka_consumer::start(std::span<const std::pair<topic_partition, std::int64_t>> partitions) {
    if (partitions.empty())
        return result_of(client_->get(), rd_kafka_assign(client_->get(), nullptr), "releasing the partitions");
    const auto list = list_of(partitions);
    return result_of(client_->get(), rd_kafka_assign(client_->get(), list.get()), "taking on the partitions");
}

result rdkafka_consumer::assign(std::span<const std::pair<topic_partition, std::int64_t>> partitions) {
    learn_leaders(partitions);
    positions_.assign(partitions, false);
    return start(partitions);
}

result rdkafka_consumer::acknowledge(const rebalance& change,
                                     std::span<const std::pair<topic_partition, std::int64_t>> positions, bool paused) {
    unanswered_ = false;
    committing_.reset();
    if (change.kind != rebalance::event::assigned) {
        positions_.clear();
        return result_of(client_->get(), rd_kafka_assign(client_->get(), nullptr), "giving up the partitions");
    }
    positions_.assign(positions, paused);
    const auto list = list_of(positions);
    // An empty assignment is accepted with an empty list: without a list it would be refused.
    auto answer = result_of(client_->get(), rd_kafka_assign(client_->get(), list.get()), "taking on the partitions");
    if (!answer || !paused || positions.empty()) return answer;
    return result_of(client_->get(), rd_kafka_pause_partitions(client_->get(), list.get()), "pausing the partitions");
}

result rdkafka_consumer::restart() {
    const auto all = positions_.fetch_offsets();
    const auto stopped = positions_.stopped();
    if (auto started = start(all); !started || stopped.empty()) return started;
    return stop(stopped);
}

result rdkafka_consumer::stop(std::span<const topic_partition> partitions) {
    const auto list = list_of(partitions);
    auto answer = result_of(client_->get(), rd_kafka_pause_partitions(client_->get(), list.get()), "pausing");
    return answer ? first_failure(list.get(), "pausing") : answer;
}

void rdkafka_consumer::consume(fetched_messages& into, milliseconds timeout, std::size_t max_records) {
    if (into.consume(queue_.get(), milliseconds(0), max_records) > 0) return;
    if (woken_.exchange(false) || timeout.count() <= 0) return;
    if (!events_->rebalances.empty() || !events_->failures.empty() || !events_->missing_topics.empty()) return;
    // A call for many waits until it has as many; a call for one returns with the first.
    if (into.consume(queue_.get(), timeout, 1) > 0 && max_records > 1)
        into.consume(queue_.get(), milliseconds(0), max_records - 1);
}

poll_result rdkafka_consumer::poll(milliseconds timeout, std::size_t max_records) {
    poll_result out;
    if (!client_) out.errors.emplace_back(error_class::fatal, "the consumer is closed; make a new one");
    if (!client_ || max_records == 0) return out;
    const auto released = positions_.released();
    const auto fetched = std::make_shared<fetched_messages>(client_);
    if (released < max_records) consume(*fetched, released > 0 ? milliseconds(0) : timeout, max_records - released);
    out.rebalances = std::exchange(events_->rebalances, {});
    out.errors = std::exchange(events_->failures, {});
    out.missing_topics = std::exchange(events_->missing_topics, {});
    if (!out.rebalances.empty()) unanswered_ = true;
    // Records that come with a revocation are not handed over any more; the next owner reads them.
    if (out.rebalances.empty() && released > 0)
        positions_.hand_over_released(max_records, [&](topic_partition source, fetched_run run) {
            out.batches.emplace_back(std::move(source), std::move(run.records), std::move(run.memory));
        });
    take(fetched, out);
    return out;
}

void rdkafka_consumer::wakeup() {
    woken_ = true;
    rd_kafka_queue_yield(queue_.get());
}

void rdkafka_consumer::take(const std::shared_ptr<fetched_messages>& fetched, poll_result& into) {
    const auto messages = fetched->messages();
    if (messages.empty()) {
        drained_in_ = client_->outages().current();
        return;
    }
    std::size_t size = 0;
    for (std::size_t at = 0; at < messages.size();) {
        const auto& first = *messages[at];
        if (first.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            note_error(first, into);
            ++at;
            continue;
        }
        auto end = at;
        for (; end < messages.size() && messages[end]->rkt == first.rkt &&
               messages[end]->partition == first.partition && messages[end]->err == RD_KAFKA_RESP_ERR_NO_ERROR;
             ++end)
            size += messages[end]->len + messages[end]->key_len;
        if (into.rebalances.empty()) take_run(fetched, messages.subspan(at, end - at), into);
        at = end;
    }
    keep_fetching(messages.size(), size);
}

void rdkafka_consumer::take_run(const std::shared_ptr<fetched_messages>& fetched,
                                std::span<rd_kafka_message_t* const> run, poll_result& into) {
    const std::string_view topic = rd_kafka_topic_name(run.front()->rkt);
    auto* position = positions_.find(topic, run.front()->partition);
    if (!position) return;
    fetched_run taken{{}, fetched};
    taken.records.reserve(run.size());
    for (std::size_t i = 0; i < run.size(); ++i)
        taken.records.push_back(fetched->view_of(*run[i], i + 1 < run.size() ? run[i + 1] : nullptr));
    client_->outages().answered(drained_in_);
    position->fetched = taken.records.back().offset + 1;
    position->ended_at = -1;
    topic_partition source{std::string(topic), run.front()->partition};
    if (position->paused || !position->held.empty()) return hold(source, *position, taken);
    position->hand_over(taken);
    into.batches.emplace_back(std::move(source), std::move(taken.records), std::move(taken.memory));
}

void rdkafka_consumer::hold(const topic_partition& partition, reading_position& position, const fetched_run& run) {
    auto owned = copy_of(run.records);
    positions_.hold(position, {std::move(owned.records), std::move(owned.memory)});
    if (positions_.held_bytes() < most_held_bytes_ || position.stopped) return;
    // Where librdkafka cannot stop now, more is held, and it is tried again.
    position.stopped = stop({&partition, 1}).ok();
}

void rdkafka_consumer::keep_fetching(std::size_t records, std::size_t size) {
    bytes_since_wake_ += size;
    records_since_wake_ += records;
    if (bytes_since_wake_ < wake_after_bytes_ && records_since_wake_ < wake_after_records_) return;
    bytes_since_wake_ = 0;
    records_since_wake_ = 0;
    waker_.wake();
}

void rdkafka_consumer::note_end(std::string_view topic, std::int32_t partition, std::int64_t offset) {
    auto* position = positions_.find(topic, partition);
    if (!position || offset < position->fetched) return;
    client_->outages().answered(drained_in_);
    position->reach_end(offset);
}

void rdkafka_consumer::note_error(const rd_kafka_message_t& message, poll_result& into) {
    const std::string_view topic = message.rkt ? rd_kafka_topic_name(message.rkt) : "";
    switch (message.err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        if (into.rebalances.empty()) note_end(topic, message.partition, message.offset);
        return;
    case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED:
        return; // a rebalance that says lost follows
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        if (positions_.find(topic, message.partition))
            into.out_of_range.push_back({std::string(topic), message.partition});
        return;
    default:
        if (!is_missing(message.err) || group_id_.empty() || topic.empty()) break;
        if (std::ranges::find(into.missing_topics, topic) == into.missing_topics.end())
            into.missing_topics.emplace_back(topic);
        return;
    }
    std::string subject = message.err == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ? concat("group ", group_id_)
                          : topic.empty()         ? std::string(rd_kafka_name(client_->get()))
                          : message.partition < 0 ? concat("topic ", topic)
                                                  : concat("partition ", topic, "-", message.partition);
    auto failure = message.err == RD_KAFKA_RESP_ERR__FATAL
                       ? result_of(client_->get(), message.err, subject)
                       : result_of(message.err, subject, rd_kafka_message_errstr(&message));
    if (failure.kind() == error_class::retriable)
        client_->outages().line(log_level::warn, concat(failure.reason(), ": trying again"));
    else
        into.errors.push_back(std::move(failure));
}

result rdkafka_consumer::pause(std::span<const topic_partition> partitions) {
    for (const auto& one : partitions)
        if (auto* position = positions_.find(one.topic, one.partition)) position->paused = true;
    return {};
}

result rdkafka_consumer::resume(std::span<const topic_partition> partitions) {
    std::vector<topic_partition> stopped;
    reading_positions::assignment positions;
    for (const auto& one : partitions) {
        auto* position = positions_.find(one.topic, one.partition);
        if (!position) continue;
        position->paused = false;
        if (!position->stopped) continue;
        stopped.push_back(one);
        positions.emplace_back(one, position->fetched);
    }
    if (stopped.empty()) return {};
    if (resume_needs_seek())
        if (auto sought = seek_to(positions); !sought) return sought;
    const auto list = list_of(stopped);
    auto answer = result_of(client_->get(), rd_kafka_resume_partitions(client_->get(), list.get()), "resuming");
    if (answer) answer = first_failure(list.get(), "resuming");
    if (!answer) return answer;
    for (const auto& one : stopped) positions_.find(one.topic, one.partition)->stopped = false;
    waker_.wake();
    return answer;
}

result rdkafka_consumer::seek_to(const reading_positions::assignment& positions) {
    const auto list = list_of(positions);
    const error_ptr error{
        rd_kafka_seek_partitions(client_->get(), list.get(), seek_timeout(within(seek_timeout_at_most)))};
    if (error) return result_of(error, "seeking");
    return first_failure(list.get(), "seeking");
}

result rdkafka_consumer::seek(const topic_partition& partition, std::int64_t offset) {
    auto* position = positions_.find(partition.topic, partition.partition);
    if (!position)
        return {error_class::fatal,
                concat("seeking ", to_string(partition), ": the consumer does not read this partition")};
    positions_.drop_held(*position);
    *position = {.next = offset, .fetched = offset, .paused = position->paused, .stopped = position->stopped};
    // A partition whose position was out of range has stopped, and is only started by a new assignment.
    return seek_to({{partition, offset}}) ? result() : restart();
}

std::optional<std::int64_t> rdkafka_consumer::position(const topic_partition& partition) {
    const auto* found = positions_.find(partition.topic, partition.partition);
    return found && found->started ? std::optional(found->next) : std::nullopt;
}

std::optional<std::int64_t> rdkafka_consumer::known_end(const topic_partition& partition) {
    const auto* found = positions_.find(partition.topic, partition.partition);
    if (!found) return std::nullopt;
    // The last stable offset is told only by the report that it was reached. Once it moves on, records or another report
    // follow; until it was reached, the high watermark is no less.
    if (read_committed_ && found->ended_at >= 0) return found->ended_at;
    if (const auto high = known_high_watermark(partition)) return high;
    return found->ended_at >= 0 ? std::optional(found->ended_at) : std::nullopt;
}

std::optional<std::int64_t> rdkafka_consumer::known_high_watermark(const topic_partition& partition) {
    if (positions_.find(partition.topic, partition.partition) == nullptr) return std::nullopt;
    std::int64_t low = -1;
    std::int64_t high = -1;
    const auto error =
        rd_kafka_get_watermark_offsets(client_->get(), partition.topic.c_str(), partition.partition, &low, &high);
    return error == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? std::optional(high) : std::nullopt;
}

result rdkafka_consumer::ask_to_commit(std::span<const committed_offset> offsets) {
    const std::int64_t now = system_clock().steady_ms();
    if (committing_ && now < committing_->given_up_at && std::ranges::equal(committing_->offsets, offsets)) return {};
    committing_.reset();
    queue_ptr answers{rd_kafka_queue_new(client_->get())};
    const auto list = list_of(offsets);
    const auto outage = client_->outages().current();
    const auto error = rd_kafka_commit_queue(client_->get(), list.get(), answers.get(), nullptr, nullptr);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return result_of(client_->get(), error, "committing offsets");
    committing_ =
        unanswered_commit{{offsets.begin(), offsets.end()}, std::move(answers), outage, now + longest_commit.count()};
    return {};
}

result rdkafka_consumer::commit(std::span<const committed_offset> offsets, milliseconds timeout) {
    if (offsets.empty()) return {};
    if (group_id_.empty())
        return {error_class::fatal, "committing offsets: this consumer is in no group; it cannot commit"};
    if (auto refused = ask_to_commit(offsets); !refused) return refused;
    const event_ptr answer{rd_kafka_queue_poll(committing_->answers.get(), static_cast<int>(timeout.count()))};
    if (!answer)
        return {error_class::retriable, concat("committing offsets: the group's coordinator has not answered within ",
                                               timeout.count(), " ms; it is tried again")};
    const auto outage = std::exchange(committing_, std::nullopt)->outage;
    // librdkafka gives the last error to all that have none: some of these may be committed, and exist.
    bool some_missing = false;
    for (const auto& entry : entries_of(rd_kafka_event_topic_partition_list(answer.get()))) {
        if (is_missing(entry.err)) {
            some_missing = true;
            events_->missing_topics.emplace_back(entry.topic);
        } else if (entry.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            return result_of(entry.err, concat("committing the offset of ", entry.topic, "-", entry.partition));
        }
    }
    const auto error = rd_kafka_event_error(answer.get()); // of one of them, or of the call
    if (auto failed = result_of(client_->get(), error, "committing offsets"); !failed && !some_missing) return failed;
    client_->outages().answered(outage);
    return {};
}

result rdkafka_consumer::committed(std::span<const topic_partition> partitions, std::vector<committed_offset>& found,
                                   milliseconds timeout) {
    if (partitions.empty()) return {};
    const auto list = list_of(partitions);
    const auto outage = client_->outages().current();
    const auto error = rd_kafka_committed(client_->get(), list.get(), static_cast<int>(timeout.count()));
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return result_of(client_->get(), error, "reading committed offsets");
    if (auto failed = first_failure(list.get(), "reading the committed offset of"); !failed) return failed;
    client_->outages().answered(outage);
    for (const auto& entry : entries_of(list.get())) {
        if (entry.offset < 0) continue;
        committed_offset one{{entry.topic, entry.partition}, entry.offset, {}};
        if (entry.metadata) one.metadata.assign(static_cast<const char*>(entry.metadata), entry.metadata_size);
        found.push_back(std::move(one));
    }
    return {};
}

result rdkafka_consumer::bounds(const topic_partition& partition, log_bounds& found, milliseconds timeout) {
    const auto error = rd_kafka_query_watermark_offsets(client_->get(), partition.topic.c_str(), partition.partition,
                                                        &found.begin, &found.end, static_cast<int>(timeout.count()));
    auto answer = result_of(client_->get(), error, concat("asking for the bounds of ", to_string(partition)));
    if (!is_missing(error)) return answer;
    // Brokers hear of a new topic one after the other.
    // What it was told once it would believe for minutes.
    (void)ask_about(partition.topic);
    return {error_class::retriable, answer.reason()};
}

result rdkafka_consumer::group_members(std::vector<group_member>& found, milliseconds timeout) {
    if (group_id_.empty()) return {error_class::fatal, "asking for the group's members: this consumer is in no group"};
    const auto outage = client_->outages().current();
    auto answer = describe_generation(client_->get(), group_id_, found, timeout);
    if (answer) client_->outages().answered(outage);
    return answer;
}

group_metadata rdkafka_consumer::group() {
    // Offsets of a consumer without a member id no broker compares with the group's generation.
    if (member_id_of(client_->get()).empty()) return {};
    return {std::shared_ptr<const void>(rd_kafka_consumer_group_metadata(client_->get()), [](const void* handle) {
        if (handle)
            rd_kafka_consumer_group_metadata_destroy(
                static_cast<rd_kafka_consumer_group_metadata_t*>(const_cast<void*>(handle)));
    })};
}

std::optional<std::int32_t> rdkafka_consumer::generation() {
    const auto member = group();
    return member.handle ? generation_of(*static_cast<const rd_kafka_consumer_group_metadata_t*>(member.handle.get()))
                         : std::nullopt;
}

void rdkafka_consumer::answer_rebalances() {
    events_->closing = true;
    if (unanswered_ || !events_->rebalances.empty()) rd_kafka_assign(client_->get(), nullptr);
    unanswered_ = false;
    events_->rebalances.clear();
}

/// A static member that is closed sends no LeaveGroup (KIP-345), one that unsubscribes before does, and has no member id
/// from then on.
void rdkafka_consumer::leave() {
    if (!client_ || group_id_.empty()) return;
    answer_rebalances();
    committing_.reset();
    positions_.clear();
    rd_kafka_unsubscribe(client_->get());
    const auto deadline = std::chrono::steady_clock::now() + milliseconds(within(leave_timeout));
    while (!member_id_of(client_->get()).empty() && std::chrono::steady_clock::now() < deadline)
        fetched_messages(client_).consume(queue_.get(), milliseconds(10), 1);
}

void rdkafka_consumer::await_close() {
    const auto deadline = std::chrono::steady_clock::now() + close_timeout;
    while (!rd_kafka_consumer_closed(client_->get()) && std::chrono::steady_clock::now() < deadline)
        fetched_messages(client_).consume(queue_.get(), milliseconds(100), 1);
    if (!rd_kafka_consumer_closed(client_->get()))
        client_->outages().line(log_level::warn,
                                concat("the consumer has not left its group within ", close_timeout.count(),
                                       " ms: the group waits for it until session.timeout.ms is over"));
}

void rdkafka_consumer::close() {
    if (!client_) return;
    answer_rebalances();
    if (const error_ptr refused{rd_kafka_consumer_close_queue(client_->get(), queue_.get())}; !refused) await_close();
    // Else an error has ended it before, which a poll told.
    events_->queue = nullptr;
    committing_.reset();
    positions_.clear();
    queue_.reset();
    client_.reset();
}

} // namespace streams::inline v0::kafka
