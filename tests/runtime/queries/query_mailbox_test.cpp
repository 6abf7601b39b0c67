#include "catch.hpp"

#include "src/runtime/queries/query_mailbox.hpp"

#include <streams/core/execution.hpp>

using namespace streams;

namespace {

std::shared_ptr<query_call> call() {
    return std::make_shared<query_call>(machine(), asked_of_owners{.store = "counts", .question = keys_question{}});
}
std::vector<failure_reason> failures_of(query_call& made, std::size_t answers) {
    std::vector<failure_reason> found;
    REQUIRE(made.wait(answers, machine().steady_ms()));
    for (const partition_answer& each : made.take()) found.push_back(std::get<query_failure>(each.content).reason);
    return found;
}

} // namespace

TEST_CASE("the owner of a mailbox is woken by the first mail, and finds all there is") {
    int wakes = 0;
    query_mailbox mailbox([&] { ++wakes; });
    CHECK_FALSE(mailbox.any());
    mailbox.post({call(), {{0, 1}}});
    mailbox.post({call(), {{0, 2}, {0, 3}}});
    CHECK(mailbox.any());
    CHECK(wakes == 1);
    CHECK(mailbox.waiting() == 2);
    auto mail = mailbox.take();
    REQUIRE(mail.size() == 2);
    CHECK(mail[1].tasks == std::vector<task_id>{{0, 2}, {0, 3}});
    CHECK_FALSE(mailbox.any());
    mailbox.post({call(), {{0, 1}}});
    CHECK(wakes == 2);
}

TEST_CASE("mail that its owner puts back comes before what was posted since") {
    query_mailbox mailbox([] {});
    mailbox.post({call(), {{0, 1}}});
    auto mail = mailbox.take();
    mailbox.post({call(), {{0, 2}}});
    mailbox.put_back(std::move(mail));
    CHECK(mailbox.any());
    mail = mailbox.take();
    REQUIRE(mail.size() == 2);
    CHECK(mail[0].tasks == std::vector<task_id>{{0, 1}});
    CHECK(mail[1].tasks == std::vector<task_id>{{0, 2}});
    mailbox.put_back({});
    CHECK_FALSE(mailbox.any());
}

TEST_CASE("a mail is as many reads as it asks for keys of tasks") {
    const auto reading = [](store_question question) {
        return reads_of({std::make_shared<query_call>(
                             machine(), asked_of_owners{.store = "counts", .question = std::move(question)}),
                         {{0, 1}, {0, 2}}});
    };
    CHECK(reading(keys_question{std::vector<bytes>(3)}) == 6);
    CHECK(reading(span_question{}) == 2);
}

TEST_CASE("a mailbox that closes answers what is in it, and what comes later") {
    int wakes = 0;
    query_mailbox mailbox([&] { ++wakes; });
    const auto before = call();
    const auto after = call();
    mailbox.post({before, {{0, 1}, {0, 2}}});
    mailbox.close();
    mailbox.post({after, {{0, 3}}});
    CHECK(wakes == 1);
    CHECK(failures_of(*before, 2) == std::vector(2, failure_reason::not_present));
    CHECK(failures_of(*after, 1) == std::vector(1, failure_reason::not_present));
}

TEST_CASE("a query that waits in vain is given up") {
    const auto made = call();
    CHECK_FALSE(made->wait(1, machine().steady_ms()));
    CHECK(made->given_up());
}
