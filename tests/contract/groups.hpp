#pragma once

#include "contract/environment.hpp"

#include <algorithm>

namespace contract {

namespace detail {

inline void commits_carry_metadata(const environment& in) {
    const auto topic = in.make_topic("committed", 2);
    obedient_member one{in.member("one", "group")};
    const std::vector<std::string> topics{topic};
    REQUIRE(one.self->subscribe(topics).ok());
    REQUIRE(settle(in, {&one}, [&] { return one.owned.size() == 2; }));
    const std::vector<topic_partition> both{{topic, 0}, {topic, 1}};
    std::vector<kafka::committed_offset> found;
    REQUIRE(one.self->committed(both, found, in.patience()).ok());
    CHECK(found.empty());
    const std::vector<kafka::committed_offset> offsets{{.partition = {topic, 1}, .offset = 7, .metadata = "AgAB"}};
    REQUIRE(one.self->commit(offsets, in.patience()).ok());
    REQUIRE(one.self->committed(both, found, in.patience()).ok());
    REQUIRE(found.size() == 1);
    CHECK(found[0].partition == topic_partition{topic, 1});
    CHECK(found[0].offset == 7);
    CHECK(found[0].metadata == "AgAB");
    one.self->close();
}

inline void two_members_share_by_range(const environment& in) {
    const auto left = in.make_topic("left", 3);
    const auto right = in.make_topic("right", 3);
    const std::vector<std::string> topics{left, right};
    obedient_member one{in.member("one", "group")};
    obedient_member two{in.member("two", "group")};
    REQUIRE(one.self->subscribe(topics).ok());
    REQUIRE(settle(in, {&one}, [&] { return one.owned.size() == 6; }));
    REQUIRE(two.self->subscribe(topics).ok());
    REQUIRE(settle(in, {&one, &two}, [&] { return one.owned.size() + two.owned.size() == 6 && !two.owned.empty(); }));
    CHECK(std::find(one.heard.begin(), one.heard.end(), kafka::rebalance::event::revoked) != one.heard.end());
    for (auto* member : {&one, &two}) {
        std::vector<std::int32_t> of_left;
        std::vector<std::int32_t> of_right;
        for (const auto& partition : member->owned)
            (partition.topic == left ? of_left : of_right).push_back(partition.partition);
        std::sort(of_left.begin(), of_left.end());
        std::sort(of_right.begin(), of_right.end());
        CHECK(of_left == of_right);
        CHECK((of_left == std::vector<std::int32_t>{0, 1} || of_left == std::vector<std::int32_t>{2}));
    }
    one.self->close();
    REQUIRE(settle(in, {&two}, [&] { return two.owned.size() == 6; }));
    two.self->close();
}

inline void a_member_that_subscribes_again_joins_anew(const environment& in) {
    const std::vector<std::string> topics{in.make_topic("again", 2)};
    obedient_member one{in.member("one", "group")};
    REQUIRE(one.self->subscribe(topics).ok());
    REQUIRE(settle(in, {&one}, [&] { return one.owned.size() == 2; }));
    one.heard.clear();
    REQUIRE(one.self->subscribe(topics).ok());
    using event = kafka::rebalance::event;
    REQUIRE(settle(in, {&one}, [&] { return one.heard.size() == 2; }));
    CHECK(one.heard == std::vector<event>{event::revoked, event::assigned});
    CHECK(one.owned.size() == 2);
    one.self->close();
}

inline void members_see_the_whole_assignment(const environment& in) {
    const auto topic = in.make_topic("whole", 3);
    const std::vector<std::string> topics{topic};
    obedient_member one{in.member("one", "group")};
    obedient_member two{in.member("two", "group")};
    REQUIRE(one.self->subscribe(topics).ok());
    REQUIRE(two.self->subscribe(topics).ok());
    REQUIRE(settle(in, {&one, &two}, [&] { return one.owned.size() + two.owned.size() == 3 && !two.owned.empty(); }));
    for (auto* member : {&one, &two}) {
        std::vector<kafka::group_member> all;
        // A group may be at another generation already, in which the members own the same.
        REQUIRE(settle(in, {&one, &two}, [&] {
            all.clear();
            return member->self->group_members(all, in.patience()).ok();
        }));
        REQUIRE(all.size() == 2);
        std::ranges::sort(all, {}, &kafka::group_member::client_id);
        CHECK(all[0].client_id == "one");
        CHECK(all[1].client_id == "two");
        for (const auto& each : all) CHECK(each.topics == topics);
        CHECK(all[0].self == (member == &one));
        CHECK(all[1].self == (member == &two));
        // Range gives the first partitions to the member whose id comes first.
        const auto first = std::ranges::min(all, {}, &kafka::group_member::member_id);
        CHECK(std::ranges::count(first.partitions, topic_partition{topic, 0}) == 1);
        auto partitions = all[0].partitions;
        partitions.insert(partitions.end(), all[1].partitions.begin(), all[1].partitions.end());
        std::sort(partitions.begin(), partitions.end());
        CHECK(partitions == std::vector<topic_partition>{{topic, 0}, {topic, 1}, {topic, 2}});
    }
    // Two leaves, and another generation begins, of which one has not heard.
    two.self->close();
    std::optional<kafka::result> answer;
    for (const auto until = in.now() + in.patience(); in.now() < until && (!answer || answer->ok());) {
        std::vector<kafka::group_member> all;
        answer = one.self->group_members(all, in.patience());
    }
    REQUIRE_FALSE(answer->ok());
    CHECK(answer->kind() == kafka::error_class::fenced);
    one.self->close();
}

inline void members_see_what_the_others_subscribe_to(const environment& in) {
    const std::vector<std::string> shared{in.make_topic("shared", 1)};
    const std::vector<std::string> both{shared[0], in.make_topic("unshared", 1)};
    obedient_member one{in.member("one", "group")};
    obedient_member two{in.member("two", "group")};
    REQUIRE(one.self->subscribe(shared).ok());
    REQUIRE(two.self->subscribe(both).ok());
    REQUIRE(settle(in, {&one, &two}, [&] { return one.owned.size() + two.owned.size() == 2 && !two.owned.empty(); }));
    std::vector<kafka::group_member> all;
    REQUIRE(settle(in, {&one, &two}, [&] {
        all.clear();
        return one.self->group_members(all, in.patience()).ok() && all.size() == 2;
    }));
    std::ranges::sort(all, {}, &kafka::group_member::client_id);
    std::ranges::sort(all[1].topics);
    CHECK(all[0].topics == shared);
    CHECK(all[1].topics == both);
    one.self->close();
    two.self->close();
}

inline void a_member_that_left_is_fenced(const environment& in) {
    const auto topic = in.make_topic("fenced", 1);
    const std::vector<std::string> topics{topic};
    obedient_member one{in.member("one", "group")};
    REQUIRE(one.self->subscribe(topics).ok());
    REQUIRE(settle(in, {&one}, [&] { return one.owned.size() == 1; }));
    const auto stranger = in.member("stranger", "group");
    const std::vector<kafka::committed_offset> offsets{{.partition = {topic, 0}, .offset = 1}};
    const auto refused = stranger->commit(offsets, in.patience());
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.kind() == kafka::error_class::fenced);
    stranger->close();
    one.self->close();
}

inline void a_partition_that_does_not_exist_is_not_committed(const environment& in) {
    const auto topic = in.make_topic("real", 1);
    obedient_member one{in.member("one", "group")};
    const std::vector<std::string> topics{topic};
    REQUIRE(one.self->subscribe(topics).ok());
    REQUIRE(settle(in, {&one}, [&] { return one.owned.size() == 1; }));
    const std::vector<kafka::committed_offset> offsets{{.partition = {topic, 0}, .offset = 3},
                                                       {.partition = {in.name("unreal"), 0}, .offset = 4}};
    CHECK(one.self->commit(offsets, in.patience()).ok());
    const auto told = one.self->poll(0ms, 1).missing_topics;
    CHECK(std::ranges::find(told, in.name("unreal")) != told.end());
    std::vector<kafka::committed_offset> found;
    const std::vector<topic_partition> both{{topic, 0}, {in.name("unreal"), 0}};
    REQUIRE(one.self->committed(both, found, in.patience()).ok());
    REQUIRE(found.size() == 1);
    CHECK(found[0].offset == 3);
    one.self->close();
}

inline void a_static_member_is_replaced_by_its_next_self(const environment& in) {
    const std::vector<std::string> topics{in.make_topic("static", 2)};
    obedient_member first{in.member("one", "group", "instance")};
    REQUIRE(first.self->subscribe(topics).ok());
    REQUIRE(settle(in, {&first}, [&] { return first.owned.size() == 2; }));
    obedient_member second{in.member("two", "group", "instance")};
    REQUIRE(second.self->subscribe(topics).ok());
    REQUIRE(settle(in, {&second}, [&] { return second.owned.size() == 2; }));
    const auto told = first_error(in, *first.self);
    REQUIRE(told);
    check_refused(*told, kafka::error_class::fenced, "group.instance.id");
    second.self->close();
    first.self->close();
}

inline void a_static_member_that_comes_back_with_other_topics_has_what_it_had(const environment& in) {
    const std::vector<std::string> before{in.make_topic("before", 1)};
    const std::vector<std::string> now{before[0], in.make_topic("also", 1)};
    {
        obedient_member first{in.member("one", "group", "instance")};
        REQUIRE(first.self->subscribe(before).ok());
        REQUIRE(settle(in, {&first}, [&] { return first.owned.size() == 1; }));
        first.self->close();
    }
    obedient_member second{in.member("one", "group", "instance")};
    REQUIRE(second.self->subscribe(now).ok());
    REQUIRE(settle(in, {&second}, [&] { return !second.owned.empty(); }));
    CHECK(second.owned.size() == 1);
    second.self->leave();
    second.owned.clear();
    REQUIRE(second.self->subscribe(now).ok());
    CHECK(settle(in, {&second}, [&] { return second.owned.size() == 2; }));
    second.self->leave();
    second.self->close();
}

inline void a_static_member_that_leaves_gives_up_its_place(const environment& in) {
    const std::vector<std::string> topics{in.make_topic("given_up", 2)};
    obedient_member one{in.member("one", "group", "first")};
    obedient_member two{in.member("two", "group", "second")};
    REQUIRE(one.self->subscribe(topics).ok());
    REQUIRE(two.self->subscribe(topics).ok());
    REQUIRE(settle(in, {&one, &two}, [&] { return one.owned.size() == 1 && two.owned.size() == 1; }));
    one.self->leave();
    one.self->close();
    REQUIRE(settle(in, {&two}, [&] { return two.owned.size() == 2; }));
    two.self->close();
}

/// Polls until it is told of a rebalance, which stays unanswered.
inline std::optional<kafka::rebalance> next_rebalance(const environment& in, kafka::consumer& member) {
    for (const auto until = in.now() + in.patience(); in.now() < until;)
        if (auto polled = member.poll(100ms, 1000); !polled.rebalances.empty()) return polled.rebalances.front();
    return std::nullopt;
}

inline void an_assignment_is_acknowledged_after_later_polls(const environment& in) {
    const auto topic = in.make_topic("later", 2);
    const std::vector<std::string> topics{topic};
    write(*in.producer(), topic, {{"k", "v"}}, 0);
    const auto one = in.member("one", "group");
    REQUIRE(one->subscribe(topics).ok());
    const auto assigned = next_rebalance(in, *one);
    REQUIRE(assigned);
    REQUIRE(assigned->kind == kafka::rebalance::event::assigned);
    for (int poll = 0; poll < 20; ++poll) {
        const auto polled = one->poll(20ms, 1000);
        CHECK(polled.batches.empty());
        CHECK(polled.rebalances.empty());
        CHECK(polled.errors.empty());
    }
    std::vector<kafka::group_member> all;
    CHECK(one->group_members(all, in.patience()).ok());
    std::vector<kafka::committed_offset> found;
    CHECK(one->committed(assigned->partitions, found, in.patience()).ok());
    REQUIRE(one->acknowledge(*assigned, from_start(assigned->partitions), false).ok());
    CHECK(read(in, *one, 1).size() == 1);
    one->close();
}

inline void a_revocation_is_acknowledged_after_later_polls(const environment& in) {
    const auto topic = in.make_topic("kept", 2);
    const std::vector<std::string> topics{topic};
    obedient_member one{in.member("one", "group")};
    REQUIRE(one.self->subscribe(topics).ok());
    REQUIRE(settle(in, {&one}, [&] { return one.owned.size() == 2; }));
    obedient_member two{in.member("two", "group")};
    REQUIRE(two.self->subscribe(topics).ok());
    std::optional<kafka::rebalance> revoked;
    for (const auto until = in.now() + in.patience(); !revoked && in.now() < until; two.step(20ms))
        if (auto polled = one.self->poll(20ms, 1000); !polled.rebalances.empty()) revoked = polled.rebalances.front();
    REQUIRE(revoked);
    REQUIRE(revoked->kind == kafka::rebalance::event::revoked);
    const auto before = one.self->generation();
    REQUIRE(before);
    for (int poll = 0; poll < 20; ++poll) {
        CHECK(one.self->poll(20ms, 1000).rebalances.empty());
        two.step(0ms);
    }
    CHECK(two.heard.empty());
    const std::vector<kafka::committed_offset> offsets{{.partition = {topic, 0}, .offset = 1}};
    CHECK(one.self->commit(offsets, in.patience()).ok());
    REQUIRE(one.self->acknowledge(*revoked, {}, false).ok());
    one.owned.clear();
    CHECK(settle(in, {&one, &two}, [&] { return one.owned.size() == 1 && two.owned.size() == 1; }));
    CHECK(one.self->generation() == *before + 1);
    CHECK(two.self->generation() == *before + 1);
    one.self->close();
    two.self->close();
}

inline void who_is_in_no_group_is_told(const environment& in) {
    const auto topic = in.make_topic("alone", 1);
    const auto reader = in.reader();
    const std::vector<kafka::committed_offset> offsets{{.partition = {topic, 0}, .offset = 1}};
    check_refused(reader->commit(offsets, in.patience()), kafka::error_class::fatal, "group");
    std::vector<kafka::group_member> all;
    check_refused(reader->group_members(all, 1s), kafka::error_class::fatal, "group");
    CHECK_FALSE(reader->generation());
    reader->close();
}

} // namespace detail

/// Members, generations and committed offsets.
inline std::vector<contract_case> group_cases() {
    return {
        {"committed offsets keep their metadata", detail::commits_carry_metadata},
        {"a partition that does not exist is not committed but told, and those beside it are",
         detail::a_partition_that_does_not_exist_is_not_committed},
        {"two members share topics by range, and one takes over when the other leaves",
         detail::two_members_share_by_range},
        {"a member that subscribes again joins anew", detail::a_member_that_subscribes_again_joins_anew},
        {"a static member that is replaced is told so, for good", detail::a_static_member_is_replaced_by_its_next_self},
        {"a static member that comes back with other topics has what it had, until it leaves and joins anew",
         detail::a_static_member_that_comes_back_with_other_topics_has_what_it_had},
        {"a static member that leaves gives up its place at once",
         detail::a_static_member_that_leaves_gives_up_its_place},
        {"a member sees who is in its group, and what each was assigned, until the next generation",
         detail::members_see_the_whole_assignment},
        {"members see what the others have subscribed to", detail::members_see_what_the_others_subscribe_to},
        {"an assignment is acknowledged after later polls, which bring nothing of it",
         detail::an_assignment_is_acknowledged_after_later_polls},
        {"a revocation is acknowledged after later polls, until when the member commits and nobody is given its "
         "partitions",
         detail::a_revocation_is_acknowledged_after_later_polls},
        {"a commit from outside the group is fenced", detail::a_member_that_left_is_fenced},
        {"a consumer without a group cannot do what members do", detail::who_is_in_no_group_is_told},
    };
}

} // namespace contract
