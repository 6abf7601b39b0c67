#include "src/kafka/rdkafka_generation.hpp"

#include "src/kafka/rdkafka_error.hpp"
#include "src/kafka/rdkafka_partitions.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace streams::inline v0::kafka {

namespace {

constexpr std::string_view doing = "asking for the partitions of the group";

result result_of_description(const rd_kafka_ConsumerGroupDescription_t* description) {
    const rd_kafka_error_t* error = rd_kafka_ConsumerGroupDescription_error(description);
    return error == nullptr ? result() : result_of(rd_kafka_error_code(error), doing, rd_kafka_error_string(error));
}

std::string id_of(rd_kafka_t* member) {
    char* const text = rd_kafka_memberid(member);
    const std::string id = text != nullptr ? text : "";
    rd_kafka_mem_free(member, text);
    return id;
}

/// Adds the assignments of all members; whether `member_id` is one of them.
bool add_assignments(const rd_kafka_ConsumerGroupDescription_t* description, std::string_view member_id,
                     std::vector<topic_partition>& found) {
    bool present = false;
    for (std::size_t at = 0; at < rd_kafka_ConsumerGroupDescription_member_count(description); ++at) {
        const auto* one = rd_kafka_ConsumerGroupDescription_member(description, at);
        present |= member_id == rd_kafka_MemberDescription_consumer_id(one);
        const auto given =
            partitions_of(rd_kafka_MemberAssignment_partitions(rd_kafka_MemberDescription_assignment(one)));
        found.insert(found.end(), given.begin(), given.end());
    }
    return present;
}

} // namespace

result describe_generation(rd_kafka_t* member, const std::string& group_id, std::vector<topic_partition>& found,
                           milliseconds timeout) {
    const queue_ptr answers{rd_kafka_queue_new(member)};
    const admin_options_ptr options{rd_kafka_AdminOptions_new(member, RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS)};
    std::array<char, 256> why{};
    // librdkafka 2.0.2 aborts the process where the coordinator answers a request that has timed out: a broker that starts
    // again gets the time it needs.
    constexpr milliseconds least{60'000};
    const auto limit = static_cast<int>(std::max(timeout, least).count());
    rd_kafka_AdminOptions_set_request_timeout(options.get(), limit, why.data(), why.size());
    const char* name = group_id.c_str();
    rd_kafka_DescribeConsumerGroups(member, &name, 1, options.get(), answers.get());
    const event_ptr answer{rd_kafka_queue_poll(answers.get(), limit + 1'000)};
    if (!answer) return {error_class::retriable, concat(doing, ": its coordinator has not answered in time; try again")};
    if (const auto error = rd_kafka_event_error(answer.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR)
        return result_of(error, doing, rd_kafka_event_error_string(answer.get()));
    std::size_t count = 0;
    const auto** described =
        rd_kafka_DescribeConsumerGroups_result_groups(rd_kafka_event_DescribeConsumerGroups_result(answer.get()), &count);
    if (count == 0) return {error_class::retriable, concat(doing, ": the answer holds no group; try again")};
    if (auto failed = result_of_description(described[0]); !failed) return failed;
    std::vector<topic_partition> assigned;
    const bool stable =
        rd_kafka_ConsumerGroupDescription_state(described[0]) == RD_KAFKA_CONSUMER_GROUP_STATE_STABLE;
    if (!add_assignments(described[0], id_of(member), assigned) || !stable)
        return {error_class::fenced, concat("group ", group_id, " makes another generation already")};
    found = std::move(assigned);
    return {};
}

} // namespace streams::inline v0::kafka
