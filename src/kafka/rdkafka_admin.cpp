#include "src/kafka/rdkafka_admin.hpp"

#include "src/kafka/deadline.hpp"
#include "src/kafka/rdkafka_config.hpp"
#include "src/kafka/rdkafka_error.hpp"
#include "src/kafka/rdkafka_partitions.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <thread>
#include <utility>

namespace streams::inline v0::kafka {

namespace {

constexpr milliseconds first_wait{1'000};

using config_resource_ptr =
    std::unique_ptr<rd_kafka_ConfigResource_t, rdkafka_deleter<rd_kafka_ConfigResource_destroy>>;
using new_topic_ptr = std::unique_ptr<rd_kafka_NewTopic_t, rdkafka_deleter<rd_kafka_NewTopic_destroy>>;
using delete_topic_ptr = std::unique_ptr<rd_kafka_DeleteTopic_t, rdkafka_deleter<rd_kafka_DeleteTopic_destroy>>;
using delete_records_ptr = std::unique_ptr<rd_kafka_DeleteRecords_t, rdkafka_deleter<rd_kafka_DeleteRecords_destroy>>;

admin_options_ptr options_of(rd_kafka_t* client, rd_kafka_admin_op_t operation, milliseconds timeout) {
    admin_options_ptr options{rd_kafka_AdminOptions_new(client, operation)};
    std::array<char, 256> why{};
    const auto ms = static_cast<int>(std::max<milliseconds::rep>(timeout.count(), 1));
    rd_kafka_AdminOptions_set_request_timeout(options.get(), ms, why.data(), why.size());
    if (operation != RD_KAFKA_ADMIN_OP_DELETERECORDS && operation != RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS)
        rd_kafka_AdminOptions_set_operation_timeout(options.get(), ms, why.data(), why.size());
    return options;
}

/// Waits for the one answer to a request; null within the time, which the request has itself, is not expected.
event_ptr answer_of(rd_kafka_queue_t* queue, milliseconds timeout) {
    return event_ptr{rd_kafka_queue_poll(queue, static_cast<int>(timeout.count() + 1'000))};
}

result failure_of(rd_kafka_event_t* answer, std::string_view subject) {
    if (!answer) return {error_class::retriable, concat(subject, ": no broker has answered in time; try again")};
    const auto error = rd_kafka_event_error(answer);
    return error == RD_KAFKA_RESP_ERR_NO_ERROR ? result()
                                               : result_of(error, subject, rd_kafka_event_error_string(answer));
}

/// The first failure of the topics of an answer, except `accepted`.
result failure_of_topics(const rd_kafka_topic_result_t** topics, std::size_t count, rd_kafka_resp_err_t accepted,
                         std::string_view subject) {
    for (std::size_t i = 0; i < count; ++i) {
        const auto error = rd_kafka_topic_result_error(topics[i]);
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == accepted) continue;
        const char* text = rd_kafka_topic_result_error_string(topics[i]);
        return result_of(error, concat(subject, " topic ", rd_kafka_topic_result_name(topics[i])), text ? text : "");
    }
    return {};
}

std::map<std::string, std::string> settings_of(const rd_kafka_ConfigResource_t* topic) {
    std::size_t count = 0;
    const auto** entries = rd_kafka_ConfigResource_configs(topic, &count);
    std::map<std::string, std::string> settings;
    for (const auto* entry : std::span(entries, count))
        if (const char* value = rd_kafka_ConfigEntry_value(entry))
            settings.emplace(rd_kafka_ConfigEntry_name(entry), value);
    return settings;
}

new_topic_ptr request_of(const new_topic& topic, result& refused) {
    std::array<char, 256> why{};
    new_topic_ptr request{
        rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions, topic.replication_factor, why.data(), why.size())};
    if (!request)
        refused = {error_class::fatal, concat("creating topic ", topic.name, ": ", why.data(), "; correct it")};
    else
        for (const auto& [name, value] : topic.config)
            rd_kafka_NewTopic_set_config(request.get(), name.c_str(), value.c_str());
    return request;
}

} // namespace

void admin_events::on_fatal(const result& failure) noexcept {
    const std::lock_guard lock(mutex_);
    try {
        refused_ = failure;
    } catch (const std::exception&) {
        outages().line(log_level::error, failure.reason());
    }
}

bool admin_events::any() {
    const std::lock_guard lock(mutex_);
    return !refused_.ok();
}

result admin_events::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(refused_, {});
}

rdkafka_admin::rdkafka_admin(const streams_config& config, const std::string& client_id,
                             std::shared_ptr<rdkafka_cluster> cluster) {
    auto events = std::make_unique<admin_events>(std::move(cluster));
    events_ = events.get();
    // A consumer, since a producer's questions about a topic may create it.
    client_ = std::make_unique<rdkafka_client>(RD_KAFKA_CONSUMER, make_conf(admin_settings(config, client_id), "admin"),
                                               std::move(events));
}

result rdkafka_admin::failure(rd_kafka_resp_err_t error, std::string_view subject) {
    if (auto refused = events_->take(); !refused) return {refused.kind(), concat(subject, ": ", refused.reason())};
    return result_of(client_->get(), error, subject);
}

/// Of one topic, or of all for null. What is refused is heard of between two waits only, and the second is for a slow broker.
rd_kafka_resp_err_t rdkafka_admin::ask_for_metadata(rd_kafka_topic_t* topic, const rd_kafka_metadata_t*& found,
                                                    milliseconds timeout) {
    const deadline until(timeout);
    const auto ask = [&](milliseconds wait) {
        const auto error =
            rd_kafka_metadata(client_->get(), topic ? 0 : 1, topic, &found, static_cast<int>(wait.count()));
        rd_kafka_poll(client_->get(), 0);
        return error;
    };
    const auto error = ask(std::min(timeout, first_wait));
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || events_->any() || until.left() == milliseconds(0)) return error;
    return ask(until.left());
}

result rdkafka_admin::count_partitions(const std::string& topic, std::int32_t& partitions, milliseconds timeout) {
    partitions = 0;
    const auto subject = concat("asking about topic ", topic);
    const topic_ptr handle{rd_kafka_topic_new(client_->get(), topic.c_str(), nullptr)};
    if (!handle) return {error_class::fatal, concat(subject, ": its name is refused; correct it")};
    const rd_kafka_metadata_t* found = nullptr;
    const auto outage = client_->outages().current();
    const auto error = ask_for_metadata(handle.get(), found, timeout);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return failure(error, subject);
    const metadata_ptr metadata{found};
    client_->outages().answered(outage);
    if (metadata->topic_cnt < 1) return {};
    const auto& answer = metadata->topics[0];
    if (answer.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || answer.err == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
        return {};
    if (answer.err != RD_KAFKA_RESP_ERR_NO_ERROR && answer.partition_cnt == 0) return result_of(answer.err, subject);
    partitions = answer.partition_cnt;
    return {};
}

result rdkafka_admin::describe(std::span<const std::string> topics, std::map<std::string, std::int32_t>& partitions,
                               milliseconds timeout) {
    const deadline until(timeout);
    for (const auto& topic : topics) {
        std::int32_t count = 0;
        if (auto asked = count_partitions(topic, count, until.left()); !asked) return asked;
        if (count > 0) partitions[topic] = count;
    }
    return {};
}

result rdkafka_admin::describe_configs(std::span<const std::string> topics,
                                       std::map<std::string, std::map<std::string, std::string>>& found,
                                       milliseconds timeout) {
    if (topics.empty()) return {};
    std::vector<config_resource_ptr> requests;
    std::vector<rd_kafka_ConfigResource_t*> raw;
    for (const auto& topic : topics) {
        requests.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
        raw.push_back(requests.back().get());
    }
    const queue_ptr answers{rd_kafka_queue_new(client_->get())};
    const auto options = options_of(client_->get(), RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout);
    rd_kafka_DescribeConfigs(client_->get(), raw.data(), raw.size(), options.get(), answers.get());
    const auto answer = answer_of(answers.get(), timeout);
    rd_kafka_poll(client_->get(), 0);
    if (auto failed = failure_of(answer.get(), "asking for the settings of topics"); !failed) return failed;
    std::size_t count = 0;
    const auto** described =
        rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(answer.get()), &count);
    result first_failure;
    for (const auto* topic : std::span(described, count)) {
        const auto error = rd_kafka_ConfigResource_error(topic);
        const char* name = rd_kafka_ConfigResource_name(topic);
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
            found.insert_or_assign(name, settings_of(topic));
        else if (error != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART && first_failure)
            first_failure = result_of(error, concat("asking for the settings of topic ", name));
    }
    return first_failure;
}

result rdkafka_admin::bounds(const topic_partition& partition, log_bounds& found, milliseconds timeout) {
    const auto outage = client_->outages().current();
    const auto error = rd_kafka_query_watermark_offsets(client_->get(), partition.topic.c_str(), partition.partition,
                                                        &found.begin, &found.end, static_cast<int>(timeout.count()));
    rd_kafka_poll(client_->get(), 0);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        client_->outages().answered(outage);
        return {};
    }
    auto answer = failure(error, concat("asking for the bounds of ", to_string(partition)));
    if (error != RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION && error != RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC &&
        error != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        return answer;
    // What it was told once it would believe for minutes.
    std::int32_t count = 0;
    (void)count_partitions(partition.topic, count, timeout);
    return {error_class::retriable, answer.reason()};
}

result rdkafka_admin::list(std::vector<std::string>& topics, milliseconds timeout) {
    const rd_kafka_metadata_t* found = nullptr;
    const auto outage = client_->outages().current();
    const auto error = ask_for_metadata(nullptr, found, timeout);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return failure(error, "listing topics");
    const metadata_ptr metadata{found};
    client_->outages().answered(outage);
    for (int i = 0; i < metadata->topic_cnt; ++i) topics.emplace_back(metadata->topics[i].topic);
    return {};
}

result rdkafka_admin::create(std::span<const new_topic> topics, milliseconds timeout) {
    if (topics.empty()) return {};
    const deadline until(timeout);
    std::vector<new_topic_ptr> requests;
    std::vector<rd_kafka_NewTopic_t*> raw;
    for (const auto& topic : topics) {
        result refused;
        requests.push_back(request_of(topic, refused));
        if (!refused) return refused;
        raw.push_back(requests.back().get());
    }
    const queue_ptr answers{rd_kafka_queue_new(client_->get())};
    const auto options = options_of(client_->get(), RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout);
    rd_kafka_CreateTopics(client_->get(), raw.data(), raw.size(), options.get(), answers.get());
    const auto answer = answer_of(answers.get(), timeout);
    rd_kafka_poll(client_->get(), 0);
    if (auto failed = failure_of(answer.get(), "creating topics"); !failed) return failed;
    std::size_t count = 0;
    const auto** created =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(answer.get()), &count);
    if (auto failed = failure_of_topics(created, count, RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS, "creating"); !failed)
        return failed;
    return wait_until_visible(topics, until.left());
}

result rdkafka_admin::wait_until_visible(std::span<const new_topic> topics, milliseconds timeout) {
    const deadline until(timeout);
    for (const auto& topic : topics)
        for (;;) {
            std::int32_t count = 0;
            if (auto asked = count_partitions(topic.name, count, until.left()); !asked) return asked;
            if (count > 0) break;
            if (until.left() == milliseconds(0))
                return {error_class::retriable, concat("topic ", topic.name, " is created but cannot be seen within ",
                                                       timeout.count(), " ms; ask again")};
            std::this_thread::sleep_for(milliseconds(10));
        }
    return {};
}

result rdkafka_admin::remove(std::span<const std::string> topics, milliseconds timeout) {
    if (topics.empty()) return {};
    std::vector<delete_topic_ptr> requests;
    std::vector<rd_kafka_DeleteTopic_t*> raw;
    for (const auto& topic : topics) {
        requests.emplace_back(rd_kafka_DeleteTopic_new(topic.c_str()));
        raw.push_back(requests.back().get());
    }
    const queue_ptr answers{rd_kafka_queue_new(client_->get())};
    const auto options = options_of(client_->get(), RD_KAFKA_ADMIN_OP_DELETETOPICS, timeout);
    rd_kafka_DeleteTopics(client_->get(), raw.data(), raw.size(), options.get(), answers.get());
    const auto answer = answer_of(answers.get(), timeout);
    rd_kafka_poll(client_->get(), 0);
    if (auto failed = failure_of(answer.get(), "deleting topics"); !failed) return failed;
    std::size_t count = 0;
    const auto** removed =
        rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(answer.get()), &count);
    return failure_of_topics(removed, count, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "deleting");
}

result rdkafka_admin::delete_records(std::span<const std::pair<topic_partition, std::int64_t>> before,
                                     milliseconds timeout) {
    if (before.empty()) return {};
    const auto list = list_of(before);
    const delete_records_ptr request{rd_kafka_DeleteRecords_new(list.get())};
    auto* raw = request.get();
    const queue_ptr answers{rd_kafka_queue_new(client_->get())};
    const auto options = options_of(client_->get(), RD_KAFKA_ADMIN_OP_DELETERECORDS, timeout);
    rd_kafka_DeleteRecords(client_->get(), &raw, 1, options.get(), answers.get());
    const auto answer = answer_of(answers.get(), timeout);
    rd_kafka_poll(client_->get(), 0);
    if (auto failed = failure_of(answer.get(), "deleting records"); !failed) return failed;
    return first_failure(rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(answer.get())),
                         "deleting records of");
}

} // namespace streams::inline v0::kafka
