#include "src/kafka/rdkafka_generation.hpp"

#include "src/kafka/consumer_assignment.hpp"
#include "src/kafka/deadline.hpp"
#include "src/kafka/rdkafka_error.hpp"

#include <streams/core/bytes.hpp>
#include <streams/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace streams::inline v0::kafka {

namespace {

constexpr std::string_view doing = "asking for the members of the group";

/// Asks every broker for the group. Not rd_kafka_DescribeConsumerGroups, which asks the coordinator alone: it ends the
/// process where a coordinator is found only after the request has timed out (2.0.2 to 2.15).
result ask(rd_kafka_t* member, const std::string& group_id, group_list_ptr& found, milliseconds timeout) {
    const rd_kafka_group_list* groups = nullptr;
    const auto limit = static_cast<int>(std::max(timeout, milliseconds(1)).count());
    const auto error = rd_kafka_list_groups(member, group_id.c_str(), &groups, limit);
    found.reset(groups);
    return error == RD_KAFKA_RESP_ERR__PARTIAL ? result() : result_of(error, doing);
}

/// A broker that is away, and need not know of the group, makes the others' answer wait for the whole time, or be lost.
result ask_briefly_first(rd_kafka_t* member, const std::string& group_id, group_list_ptr& found, milliseconds timeout) {
    const deadline until(timeout);
    result answer;
    for (const int share : {8, 4, 2, 1}) {
        answer = ask(member, group_id, found, std::min(timeout / share, until.left()));
        if (answer || answer.kind() != error_class::retriable || until.left() == milliseconds(0)) break;
    }
    return answer;
}

bool has_member(std::span<const rd_kafka_group_member_info> members, std::string_view id) {
    return std::any_of(members.begin(), members.end(), [&](const auto& one) { return id == one.member_id; });
}

bytes_view view_of(const void* data, int size) {
    return {static_cast<const std::byte*>(data), static_cast<std::size_t>(size)};
}

} // namespace

std::string member_id_of(rd_kafka_t* member) {
    char* const text = rd_kafka_memberid(member);
    const std::string id = text != nullptr ? text : "";
    rd_kafka_mem_free(member, text);
    return id;
}

result describe_generation(rd_kafka_t* member, const std::string& group_id, std::vector<group_member>& found,
                           milliseconds timeout) {
    group_list_ptr groups;
    if (auto failed = ask_briefly_first(member, group_id, groups, timeout); !failed) return failed;
    if (groups->group_cnt == 0) return {error_class::retriable, concat(doing, ": no broker has it now; try again")};
    const auto& group = groups->groups[0];
    if (auto failed = result_of(group.err, doing); !failed) return failed;
    const std::span members(group.members, static_cast<std::size_t>(group.member_cnt));
    const std::string self = member_id_of(member);
    if (group.state != std::string_view("Stable") || !has_member(members, self))
        return {error_class::fenced, concat("group ", group_id, " makes another generation already")};
    std::vector<group_member> assigned;
    for (const auto& one : members) {
        auto given = partitions_of_assignment(view_of(one.member_assignment, one.member_assignment_size));
        auto topics = topics_of_subscription(view_of(one.member_metadata, one.member_metadata_size));
        if (!given || !topics)
            return {error_class::fatal, concat(doing, ": what its member ", one.member_id,
                                               " has subscribed to or was given cannot be read; stop "
                                               "that member, or choose another application.id")};
        assigned.push_back(
            {one.client_id, *std::move(given), *std::move(topics), one.member_id, one.member_id == self});
    }
    found = std::move(assigned);
    return {};
}

std::optional<std::int32_t> generation_of(const rd_kafka_consumer_group_metadata_t& member) {
    // Its members are told by their serialised form alone (until 2.15), which begins with these bytes and the generation.
    static constexpr std::string_view magic = "CGMDv2:";
    void* bytes = nullptr;
    std::size_t size = 0;
    if (const error_ptr failed{rd_kafka_consumer_group_metadata_write(&member, &bytes, &size)}; failed)
        return std::nullopt;
    const std::unique_ptr<void, void (*)(void*)> released(bytes, [](void* of) { rd_kafka_mem_free(nullptr, of); });
    std::int32_t generation = -1;
    if (size < magic.size() + sizeof generation || std::memcmp(bytes, magic.data(), magic.size()) != 0)
        return std::nullopt;
    std::memcpy(&generation, static_cast<const char*>(bytes) + magic.size(), sizeof generation);
    return generation < 0 ? std::nullopt : std::optional(generation);
}

} // namespace streams::inline v0::kafka
