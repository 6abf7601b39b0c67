#include "broker.hpp"
#include "catch.hpp"
#include "kafka_fixture.hpp"

#include <chrono>
#include <string>
#include <vector>

using namespace streams;
using namespace streams::tests;
using namespace std::chrono_literals;

namespace {

/// The broker, down for as long as this lives.
class stopped_broker {
public:
    stopped_broker() { broker("stop"); }
    ~stopped_broker() { broker("start"); }
    stopped_broker(const stopped_broker&) = delete;
    stopped_broker& operator=(const stopped_broker&) = delete;
};

} // namespace

TEST_CASE("a member may ask what its group was given while the broker is away for longer than it waits") {
    kafka_fixture kafka(2);
    const auto member = kafka.member();
    join(*member, {kafka.topic});
    const std::vector<topic_partition> both{kafka.part(0), kafka.part(1)};
    std::vector<topic_partition> found;
    const auto ask = [&](std::chrono::milliseconds timeout) {
        std::vector<kafka::group_member> members;
        const auto answer = member->group_members(members, timeout);
        found.clear();
        for (const auto& each : members) found.insert(found.end(), each.partitions.begin(), each.partitions.end());
        std::sort(found.begin(), found.end());
        return answer;
    };
    REQUIRE(ask(20s).ok());
    CHECK(found == both);
    {
        const stopped_broker away;
        for (int again = 0; again < 4; ++again) {
            const auto answer = ask(500ms);
            REQUIRE_FALSE(answer.ok());
            CHECK(answer.kind() == kafka::error_class::retriable);
        }
    }
    // Answers to what has timed out come now. The member may have to join again first.
    bool told = false;
    for (const auto until = std::chrono::steady_clock::now() + 60s;
         !told && std::chrono::steady_clock::now() < until;) {
        for (const auto& change : member->poll(100ms, 100).rebalances)
            CHECK(member->acknowledge(change, from_beginning(change), false).ok());
        told = ask(500ms).ok() && found == both;
    }
    CHECK(told);
    member->close();
}
