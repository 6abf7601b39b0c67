#include "src/kafka/rdkafka_producer.hpp"

#include "src/kafka/bounded_end.hpp"
#include "src/kafka/rdkafka_config.hpp"
#include "src/kafka/rdkafka_error.hpp"
#include "src/kafka/rdkafka_headers.hpp"
#include "src/kafka/rdkafka_partitions.hpp"

#include <streams/core/clock.hpp>
#include <streams/core/error.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <utility>

namespace streams::inline v0::kafka {

namespace {

constexpr std::int64_t counts_fresh_for_ms = 300'000; // Java's metadata.max.age.ms

int clamped(milliseconds timeout) noexcept { return static_cast<int>(std::max<milliseconds::rep>(timeout.count(), 0)); }

result not_transactional() {
    return {error_class::fatal, "the producer has no transactional.id: it cannot run transactions; make it with one"};
}

/// Of a record, or a call that writes one, in a transaction: librdkafka says that of a producer whose transaction has
/// failed, and where it gives the producer another epoch with the next abort.
result answer_in_transaction(result plain, rd_kafka_resp_err_t error) {
    switch (error) {
    case RD_KAFKA_RESP_ERR__STATE:
    case RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER:
    case RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING:
        return {error_class::abortable, plain.reason()};
    default:
        return plain;
    }
}

std::optional<bytes> copied(const void* data, std::size_t size) {
    if (data == nullptr) return std::nullopt;
    return bytes(bytes_view(static_cast<const std::byte*>(data), size));
}

/// librdkafka takes what the application hands over as not const and does not write to it.
void* writable(const void* data) noexcept { return const_cast<void*>(data); }

} // namespace

std::int64_t recent_times::find(const produced_topic& topic, std::uint64_t tag) const noexcept {
    if (tag == 0) return -1;
    std::optional<std::int64_t> found;
    for (const sent& each : records_) {
        if (each.topic != &topic || each.tag != tag) continue;
        if (found && *found != each.timestamp) return -1;
        found = each.timestamp;
    }
    return found.value_or(-1);
}

void producer_events::on_delivery(const rd_kafka_message_t& message) noexcept {
    auto* topic = static_cast<produced_topic*>(rd_kafka_topic_opaque(message.rkt));
    try {
        if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            ++acknowledged;
            if (!topic || !topic->offsets_wanted || message.partition < 0 || message.offset < 0) return;
            const auto at = static_cast<std::size_t>(message.partition);
            if (topic->last_offsets.size() <= at) topic->last_offsets.resize(at + 1, -1);
            topic->last_offsets[at] = message.offset; // in order; a topic that was made anew begins again
            return;
        }
        // An aborted transaction takes its records back; nobody waits for those.
        if (message.err == RD_KAFKA_RESP_ERR__PURGE_QUEUE || message.err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT) return;
        topic_partition partition{rd_kafka_topic_name(message.rkt), message.partition};
        auto reason = result_of(message.err, concat("writing a record to ", destination(partition)));
        if (transactional_) reason = answer_in_transaction(std::move(reason), message.err);
        const auto tag = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(message._private));
        delivery_failure failure{.partition = std::move(partition),
                                 .reason = std::move(reason),
                                 .tag = tag,
                                 .timestamp = topic ? times.find(*topic, tag) : -1,
                                 .key = copied(message.key, message.key_len),
                                 .value = copied(message.payload, message.len),
                                 .of_record = is_of_record(message.err),
                                 .of_topic = is_missing(message.err)};
        rd_kafka_headers_t* of_message = nullptr;
        if (rd_kafka_message_headers(&message, &of_message) == RD_KAFKA_RESP_ERR_NO_ERROR)
            failure.headers = from_rdkafka(of_message);
        failures.push_back(std::move(failure));
    } catch (const std::exception& failed) {
        outages().line(log_level::error, failed.what());
    }
}

rdkafka_producer::rdkafka_producer(const streams_config& config, const producer_options& options,
                                   std::shared_ptr<rdkafka_cluster> cluster)
    : transactional_id_(options.transactional_id) {
    auto events = std::make_unique<producer_events>(std::move(cluster), !transactional_id_.empty());
    events_ = events.get();
    client_ = std::make_shared<rdkafka_client>(
        RD_KAFKA_PRODUCER, make_conf(producer_settings(config, options), "producer"), std::move(events));
}

rdkafka_producer::~rdkafka_producer() { close(); }

std::int32_t rdkafka_producer::open(std::string_view topic, bool offsets_wanted) {
    if (const auto known = by_name_.find(topic); known != by_name_.end()) {
        if (offsets_wanted) topics_[static_cast<std::size_t>(known->second)].offsets_wanted = true;
        return known->second;
    }
    const auto id = static_cast<std::int32_t>(topics_.size());
    auto& opened = topics_.emplace_back();
    opened.name = topic;
    opened.offsets_wanted = offsets_wanted;
    auto* settings = rd_kafka_default_topic_conf_dup(client_->get());
    rd_kafka_topic_conf_set_opaque(settings, &opened);
    opened.handle.reset(rd_kafka_topic_new(client_->get(), opened.name.c_str(), settings));
    by_name_.emplace(opened.name, id);
    return id;
}

std::int32_t rdkafka_producer::partitions(std::int32_t topic, milliseconds timeout) {
    auto& known = counts_[topic];
    const auto now = system_clock().steady_ms();
    if (known.partitions > 0 && now - known.learned_at_ms < counts_fresh_for_ms) return known.partitions;
    const rd_kafka_metadata_t* found = nullptr;
    const auto& handle = topics_[static_cast<std::size_t>(topic)].handle;
    const auto outage = client_->outages().current();
    if (!handle ||
        rd_kafka_metadata(client_->get(), 0, handle.get(), &found, clamped(timeout)) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return known.partitions;
    const metadata_ptr metadata{found};
    client_->outages().answered(outage);
    if (metadata->topic_cnt == 1 && metadata->topics[0].partition_cnt > 0)
        known = {metadata->topics[0].partition_cnt, now};
    return known.partitions;
}

result rdkafka_producer::append(const producer_record& record) {
    const auto& topic = topics_[static_cast<std::size_t>(record.topic)];
    if (!topic.handle)
        return {error_class::fatal,
                concat("topic ", topic.name, " cannot be written to: its name is refused; correct it")};
    // librdkafka takes -1 for none, and would choose one.
    if (record.partition && *record.partition < 0) return refuse_partition(topic, record);
    std::array<rd_kafka_vu_t, 8> fields;
    std::size_t count = 0;
    fields[count].vtype = RD_KAFKA_VTYPE_RKT;
    fields[count++].u.rkt = topic.handle.get();
    fields[count].vtype = RD_KAFKA_VTYPE_PARTITION;
    fields[count++].u.i32 = record.partition.value_or(RD_KAFKA_PARTITION_UA);
    fields[count].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    fields[count++].u.i = RD_KAFKA_MSG_F_COPY;
    if (record.tag != 0) {
        static_assert(sizeof(void*) >= sizeof(record.tag));
        fields[count].vtype = RD_KAFKA_VTYPE_OPAQUE;
        fields[count++].u.ptr = reinterpret_cast<void*>(static_cast<std::uintptr_t>(record.tag));
        events_->times.add(topic, record.tag, record.timestamp);
    }
    // An empty key is not a null one, and librdkafka tells them apart by the pointer.
    static constexpr std::byte nothing{};
    const auto add = [&](rd_kafka_vtype_t type, bytes_view content) {
        fields[count].vtype = type;
        fields[count].u.mem.ptr = writable(content.empty() ? &nothing : content.data());
        fields[count++].u.mem.size = content.size();
    };
    if (record.key) add(RD_KAFKA_VTYPE_KEY, *record.key);
    if (record.value) add(RD_KAFKA_VTYPE_VALUE, *record.value);
    if (record.timestamp >= 0) {
        fields[count].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
        // librdkafka takes 0 for no timestamp and would write the time of day.
        fields[count++].u.i64 = std::max<std::int64_t>(record.timestamp, 1);
    }
    headers_ptr headers;
    if (record.headers && !record.headers->empty()) {
        headers = to_rdkafka(*record.headers);
        fields[count].vtype = RD_KAFKA_VTYPE_HEADERS;
        fields[count++].u.headers = headers.get();
    }
    const error_ptr error{rd_kafka_produceva(client_->get(), fields.data(), count)};
    if (!error) [[likely]] {
        (void)headers.release(); // NOLINT(bugprone-unused-return-value): the record's now
        return {};
    }
    if (rd_kafka_error_code(error.get()) == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
        return refuse_partition(topic, record);
    if (rd_kafka_error_code(error.get()) == RD_KAFKA_RESP_ERR__FATAL)
        return result_of(client_->get(), RD_KAFKA_RESP_ERR__FATAL, concat("writing to topic ", topic.name));
    if (rd_kafka_error_code(error.get()) == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
        refuse(topic, record, result_of(error, concat("writing a record to ", topic.name)));
        return {};
    }
    auto answer = result_of(error, concat("writing to topic ", topic.name));
    return transactional_id_.empty() ? answer
                                     : answer_in_transaction(std::move(answer), rd_kafka_error_code(error.get()));
}

result rdkafka_producer::refuse_partition(const produced_topic& topic, const producer_record& record) {
    refuse(topic, record,
           {error_class::fatal,
            concat("topic ", topic.name, " has no partition ", *record.partition, "; use one that it has")});
    return {};
}

void rdkafka_producer::refuse(const produced_topic& topic, const producer_record& record, result reason) {
    events_->failures.push_back(failure_of({topic.name, record.partition.value_or(-1)}, record, std::move(reason)));
    events_->failures.back().before_sent = true;
}

void rdkafka_producer::poll(milliseconds timeout) { rd_kafka_poll(client_->get(), clamped(timeout)); }

result rdkafka_producer::flush(milliseconds timeout) {
    // What was acknowledged before is no answer now, and neither is a flush of nothing or of what has failed.
    rd_kafka_poll(client_->get(), 0);
    const auto outage = client_->outages().current();
    const auto acknowledged = events_->acknowledged;
    const auto error = rd_kafka_flush(client_->get(), clamped(timeout));
    if (events_->acknowledged > acknowledged) client_->outages().answered(outage);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    if (error == RD_KAFKA_RESP_ERR__TIMED_OUT)
        return {error_class::retriable,
                concat(rd_kafka_outq_len(client_->get()), " written records are not acknowledged within ",
                       timeout.count(), " ms; they are sent again")};
    return result_of(client_->get(), error, "flushing");
}

std::vector<delivery_failure> rdkafka_producer::take_failures() { return std::exchange(events_->failures, {}); }

std::optional<std::int64_t> rdkafka_producer::last_offset(std::int32_t topic, std::int32_t partition) {
    const auto& offsets = topics_[static_cast<std::size_t>(topic)].last_offsets;
    const auto at = static_cast<std::size_t>(partition);
    if (partition < 0 || at >= offsets.size() || offsets[at] < 0) return std::nullopt;
    return offsets[at];
}

/// Of a call about transactions. One that does not follow from the last one has no class of librdkafka's, and a refused topic
/// no name.
result rdkafka_producer::answer_of(const error_ptr& error, std::string_view doing) const {
    auto answer = result_of(error, doing);
    if (answer) return answer;
    const auto code = rd_kafka_error_code(error.get());
    if (answer.kind() == error_class::retriable && code == RD_KAFKA_RESP_ERR__STATE &&
        rd_kafka_error_is_retriable(error.get()) == 0)
        return {error_class::fatal, answer.reason()};
    if (code != RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) return answer;
    std::string names;
    for (const auto& topic : topics_) names += concat(names.empty() ? "" : ", ", topic.name);
    return {answer.kind(), concat(answer.reason(), "; the topics it writes to are ", names)};
}

result rdkafka_producer::init_transactions(milliseconds timeout) {
    if (transactional_id_.empty()) return not_transactional();
    return answer_of(error_ptr{rd_kafka_init_transactions(client_->get(), clamped(timeout))},
                     concat("starting transactions with the transactional id ", transactional_id_));
}

result rdkafka_producer::begin_transaction() {
    if (transactional_id_.empty()) return not_transactional();
    return answer_of(error_ptr{rd_kafka_begin_transaction(client_->get())}, "beginning a transaction");
}

result rdkafka_producer::send_offsets(std::span<const committed_offset> offsets, const group_metadata& group,
                                      milliseconds timeout) {
    if (transactional_id_.empty()) return not_transactional();
    if (offsets.empty()) return {};
    if (!group.handle)
        return {error_class::fatal, "sending offsets: no group is given; take it from the group's consumer"};
    // librdkafka does not look at the time while it waits for the group's coordinator (2.0.2 to 2.15, issue 5456).
    struct waiting_call {
        partition_list_ptr offsets;
        group_metadata group;
        error_ptr error{};
    };
    const auto call = std::make_shared<waiting_call>(waiting_call{list_of(offsets), group});
    const auto answered = ends_within(timeout + milliseconds(1'000), [call, timeout, client = client_] {
        const auto* member = static_cast<const rd_kafka_consumer_group_metadata_t*>(call->group.handle.get());
        call->error.reset(
            rd_kafka_send_offsets_to_transaction(client->get(), call->offsets.get(), member, clamped(timeout)));
    });
    if (answered) return answer_of(call->error, "sending offsets to the transaction");
    return {error_class::fatal,
            concat("sending offsets to the transaction: no answer within ", timeout.count(),
                   " ms, which this producer waits for ever for; see whether the coordinator of the "
                   "group can be reached")};
}

result rdkafka_producer::commit_transaction(milliseconds timeout) {
    if (transactional_id_.empty()) return not_transactional();
    return answer_of(error_ptr{rd_kafka_commit_transaction(client_->get(), clamped(timeout))},
                     "committing the transaction");
}

result rdkafka_producer::abort_transaction(milliseconds timeout) {
    if (transactional_id_.empty()) return not_transactional();
    return answer_of(error_ptr{rd_kafka_abort_transaction(client_->get(), clamped(timeout))},
                     "aborting the transaction");
}

void rdkafka_producer::close() {
    if (!client_) return;
    for (auto& topic : topics_) topic.handle.reset();
    client_.reset();
}

} // namespace streams::inline v0::kafka
