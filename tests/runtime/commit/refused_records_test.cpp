#include "catch.hpp"

#include "src/runtime/commit/refused_records.hpp"

#include <string>
#include <vector>

using namespace streams;

namespace {

const std::string key = "k";
const std::string value = "v";
const record_metadata input{"in", 3, 41};
const std::vector<task_id> own{{0, 3}};

kafka::delivery_failure failed() {
    return {.partition = {"out", 2},
            .reason = {kafka::error_class::fatal, "too large"},
            .tag = 7,
            .timestamp = 5,
            .key = bytes(std::string_view(key)),
            .value = bytes(std::string_view(value))};
}

kafka::producer_record sent() {
    return {.key = bytes_view(std::string_view(key)),
            .value = bytes_view(std::string_view(value)),
            .timestamp = 5,
            .tag = 7};
}

refused_records one_refused(const record_metadata& of = input) {
    refused_records refused;
    refused.add(failed(), own[0], of, {.letters = {dead_letter{.topic = "dead"}}});
    return refused;
}

std::vector<kafka::committed_offset> up_to(std::int64_t offset) { return {{{"in", 3}, offset}}; }

} // namespace

TEST_CASE("a refused record is known where it comes again, and no other is taken for it") {
    auto refused = one_refused();
    const headers with{{"trace", bytes("a")}};
    std::vector<kafka::producer_record> others(6, sent());
    others[0].tag = 8;
    others[1].key.reset();
    others[2].value = others[2].key;
    others[3].partition = 1;
    others[4].timestamp = 6;
    others[5].headers = &with;
    for (const auto& other : others) CHECK(refused.find("out", other) == nullptr);
    CHECK(refused.find("elsewhere", sent()) == nullptr);
    const auto* const found = refused.find("out", sent());
    REQUIRE(found != nullptr);
    CHECK(found->letters.at(0).topic == "dead");
}

TEST_CASE("one refused record stands for one, until what was done is done again") {
    auto refused = one_refused();
    REQUIRE(refused.find("out", sent()) != nullptr);
    CHECK(refused.find("out", sent()) == nullptr);
    refused.aborted();
    CHECK(refused.find("out", sent()) != nullptr);
}

TEST_CASE("what has come again is forgotten with the commit, and counted") {
    auto refused = one_refused();
    REQUIRE(refused.find("out", sent()) != nullptr);
    CHECK(refused.committed(own, {}) == 1);
    CHECK(refused.empty());
}

TEST_CASE("what has not come is forgotten once its input is committed, or at once where there is none") {
    auto refused = one_refused();
    CHECK(refused.committed(own, up_to(41)) == 0);
    CHECK_FALSE(refused.empty());
    CHECK(refused.committed(own, up_to(42)) == 0);
    CHECK(refused.empty());
    refused = one_refused({});
    CHECK(refused.committed(own, {}) == 0);
    CHECK(refused.empty());
}

TEST_CASE("a commit of other tasks forgets and counts nothing, whether it has come again or goes back to no record") {
    const std::vector<task_id> others{{0, 2}, {1, 3}};
    auto refused = one_refused();
    REQUIRE(refused.find("out", sent()) != nullptr);
    CHECK(refused.committed(others, {}) == 0);
    CHECK_FALSE(refused.empty());
    CHECK(refused.committed(own, {}) == 1);
    refused = one_refused({});
    CHECK(refused.committed(others, {}) == 0);
    CHECK_FALSE(refused.empty());
}

TEST_CASE("what is learned of an input gets further, unless what was known of it has not come again") {
    refused_records refused;
    auto second = failed();
    second.key = bytes("another");
    CHECK(refused.add(failed(), own[0], input, {}));
    CHECK_FALSE(refused.add(second, own[0], input, {})); // its results are others each time
    CHECK(refused.add(second, own[0], {"in", 3, 42}, {}));
    refused = one_refused();
    REQUIRE(refused.find("out", sent()) != nullptr);
    CHECK(refused.add(second, own[0], input, {}));
}

TEST_CASE("what is learned of a punctuation gets further where it does the same again") {
    refused_records refused;
    auto second = failed();
    second.key = bytes("another");
    CHECK_FALSE(refused.add(failed(), own[0], {}, {}));
    CHECK_FALSE(refused.add(second, own[0], {}, {}));
    refused = one_refused({});
    REQUIRE(refused.find("out", sent()) != nullptr);
    CHECK(refused.add(second, own[0], {}, {}));
}

TEST_CASE("it is known whether all that was refused has come again") {
    auto refused = one_refused();
    refused.add(failed(), {0, 4}, {"in", 4, 7}, {});
    CHECK_FALSE(refused.all_came());
    REQUIRE(refused.find("out", sent()) != nullptr);
    CHECK_FALSE(refused.all_came());
    REQUIRE(refused.find("out", sent()) != nullptr);
    CHECK(refused.all_came());
    refused.aborted();
    CHECK_FALSE(refused.all_came());
    CHECK(refused.committed(own, up_to(42)) == 0);
    CHECK(refused.committed(std::vector<task_id>{{0, 4}}, std::vector<kafka::committed_offset>{{{"in", 4}, 8}}) == 0);
    CHECK(refused.all_came());
}

TEST_CASE("a record that was sent alone and refused again is passed over from then on") {
    refused_records refused;
    refused.add(failed(), own[0], input, {.alone = true});
    const auto* const first = refused.find("out", sent());
    REQUIRE(first != nullptr);
    CHECK(first->alone);
    refused.add(failed(), own[0], input, {});
    refused.aborted();
    const auto* const second = refused.find("out", sent());
    REQUIRE(second != nullptr);
    CHECK_FALSE(second->alone);
    CHECK(refused.find("out", sent()) == nullptr);
}

TEST_CASE("what was refused of a task that its thread keeps is still known, of another it is forgotten") {
    auto refused = one_refused();
    refused.keep(own);
    CHECK_FALSE(refused.empty());
    refused.keep(std::vector<task_id>{{0, 2}});
    CHECK(refused.empty());
    CHECK(refused.all_came());
}
