#include "catch.hpp"

#include "src/runtime/commit/refused_records.hpp"

#include <string>

using namespace streams;

namespace {

const std::string key = "k";
const std::string value = "v";

kafka::delivery_failure failed(const std::string& content = value) {
    return {.partition = {"out", 2},
            .reason = {kafka::error_class::fatal, "too large"},
            .tag = 7,
            .key = bytes(std::string_view(key)),
            .value = bytes(std::string_view(content))};
}

kafka::producer_record sent(std::int32_t topic = 1) {
    return {.topic = topic,
            .key = bytes_view(std::string_view(key)),
            .value = bytes_view(std::string_view(value)),
            .tag = 7};
}

} // namespace

TEST_CASE("a refused record is passed over where it comes again, and no other") {
    refused_records refused;
    CHECK(refused.empty());
    refused.add(1, failed(), {dead_letter{.topic = "dead"}});
    auto other = sent();
    other.tag = 8;
    CHECK(refused.pass_over(other) == nullptr);
    other = sent();
    other.key.reset();
    CHECK(refused.pass_over(other) == nullptr);
    other = sent();
    other.value = other.key;
    CHECK(refused.pass_over(other) == nullptr);
    other = sent();
    other.partition = 1;
    CHECK(refused.pass_over(other) == nullptr);
    CHECK(refused.pass_over(sent(2)) == nullptr);
    const auto* const letters = refused.pass_over(sent());
    REQUIRE(letters != nullptr);
    CHECK(letters->at(0).topic == "dead");
}

TEST_CASE("a refused record is forgotten with the commit in which it was passed over, not before") {
    refused_records refused;
    refused.add(1, failed(), {});
    refused.add(1, failed("another"), {});
    refused.committed();
    REQUIRE(refused.pass_over(sent()) != nullptr);
    refused.aborted();
    refused.committed();
    REQUIRE(refused.pass_over(sent()) != nullptr);
    refused.committed();
    CHECK(refused.pass_over(sent()) == nullptr);
    CHECK_FALSE(refused.empty());
    refused.clear();
    CHECK(refused.empty());
}
