#include "catch.hpp"

#include <streams/json/json_log.hpp>

using namespace streams;

namespace {

constexpr std::int64_t noon = 1'769'903'999'123;

} // namespace

TEST_CASE("a line of the log is one JSON object with what is known of its origin") {
    CHECK(json_line({log_level::warn, "says \"no\"\n", noon, "fraud", "fraud-StreamThread-1", task_id{0, 1}}) ==
          R"({"time":"2026-01-31T23:59:59.123Z","level":"WARN","application":"fraud","thread":"fraud-StreamThread-1",)"
          R"("task":"0_1","message":"says \"no\"\n"})");
    CHECK(json_line({log_level::info, "alone", noon}) ==
          R"({"time":"2026-01-31T23:59:59.123Z","level":"INFO","message":"alone"})");
}

TEST_CASE("a line that is not UTF-8 is logged all the same") {
    CHECK(
        json_line({log_level::error, "key \xff\xfe is refused", noon}).ends_with(R"("message":"key ?? is refused"})"));
}
