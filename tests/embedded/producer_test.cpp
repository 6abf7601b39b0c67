#include "catch.hpp"
#include "log_fixture.hpp"

#include "src/embedded/producer.hpp"

#include <streams/core/manual_clock.hpp>

using namespace streams;
using namespace std::chrono_literals;

namespace {

struct producing {
    manual_clock time{5000};
    std::shared_ptr<embedded::cluster> in = std::make_shared<embedded::cluster>(embedded::cluster_options{}, time);
    embedded::producer under_test{in, {.client_id = "p"}};

    [[nodiscard]] std::vector<std::int64_t> ends(const std::string& topic) const {
        std::vector<std::int64_t> all;
        for (const auto& log : in->find(topic)->logs) all.push_back(log->end());
        return all;
    }
};

std::optional<bytes_view> text(std::string_view of) { return bytes_view(of); }

} // namespace

TEST_CASE("records without a key stay on a partition for a batch, then go to the next") {
    producing p;
    p.in->create_topic("t", 3, {});
    const auto topic = p.under_test.open("t", false);
    const std::string value(16'384, 'v');
    for (int at = 0; at < 2; ++at) REQUIRE(p.under_test.append({.topic = topic, .value = text("small")}).ok());
    CHECK(p.ends("t") == std::vector<std::int64_t>{2, 0, 0});
    for (int at = 0; at < 4; ++at) REQUIRE(p.under_test.append({.topic = topic, .value = text(value)}).ok());
    CHECK(p.ends("t") == std::vector<std::int64_t>{4, 1, 1});
}

TEST_CASE("a record without a timestamp has the producer's clock's") {
    producing p;
    p.in->create_topic("t", 1, {});
    REQUIRE(p.under_test.append({.topic = p.under_test.open("t", false), .value = text("v")}).ok());
    embedded::log_reader reader(p.in->find("t")->logs[0], 0);
    std::vector<record_view> records;
    std::shared_ptr<const void> memory;
    REQUIRE(reader.read(1, records, memory) == embedded::log_reader::outcome::records);
    CHECK(records[0].timestamp == 5000);
}

TEST_CASE("offsets are kept where they are wanted") {
    producing p;
    p.in->create_topic("t", 2, {});
    p.in->create_topic("u", 1, {});
    const auto t = p.under_test.open("t", true);
    const auto u = p.under_test.open("u", false);
    CHECK_FALSE(p.under_test.last_offset(t, 1));
    for (int at = 0; at < 3; ++at) REQUIRE(p.under_test.append({.topic = t, .partition = 1, .value = text("v")}).ok());
    REQUIRE(p.under_test.append({.topic = u, .value = text("v")}).ok());
    CHECK(p.under_test.last_offset(t, 1) == 2);
    CHECK_FALSE(p.under_test.last_offset(t, 0));
    CHECK_FALSE(p.under_test.last_offset(u, 0));
    CHECK(p.under_test.open("t", false) == t);
    CHECK(p.under_test.partitions(t, 0ms) == 2);
}

TEST_CASE("what cannot be written comes back as a failure that names topic and partition") {
    producing p;
    p.in->create_topic("t", 1, {{"max.message.bytes", "100"}});
    const auto t = p.under_test.open("t", false);
    const auto missing = p.under_test.open("missing", false);
    CHECK(p.under_test.partitions(missing, 0ms) == 0);
    const std::string large(200, 'x');
    CHECK(p.under_test.append({.topic = t, .value = text(large)}).ok());
    CHECK(p.under_test.append({.topic = t, .partition = 7, .value = text("v")}).ok());
    CHECK(p.under_test.append({.topic = missing, .value = text("v")}).ok());
    CHECK(p.under_test.flush(0ms).ok());
    const auto failures = p.under_test.take_failures();
    REQUIRE(failures.size() == 3);
    CHECK_THAT(failures[0].reason.reason(), containing("t-0") && containing("max.message.bytes"));
    CHECK_THAT(failures[1].reason.reason(), containing("no partition 7"));
    CHECK(failures[2].partition.topic == "missing");
    CHECK(p.under_test.take_failures().empty());
    p.in->create_topic("missing", 1, {});
    CHECK(p.under_test.append({.topic = missing, .value = text("v")}).ok());
    CHECK(p.ends("missing") == std::vector<std::int64_t>{1});
}

TEST_CASE("a topic that was removed and made again is written to anew") {
    producing p;
    p.in->create_topic("t", 1, {});
    const auto t = p.under_test.open("t", true);
    REQUIRE(p.under_test.append({.topic = t, .value = text("v")}).ok());
    p.in->remove_topic("t");
    p.in->create_topic("t", 2, {});
    REQUIRE(p.under_test.append({.topic = t, .partition = 1, .value = text("v")}).ok());
    CHECK(p.ends("t") == std::vector<std::int64_t>{0, 1});
    CHECK(p.under_test.last_offset(t, 1) == 0);
}

TEST_CASE("a producer follows a topic that is widened, and keeps the offsets it was told") {
    producing p;
    p.in->create_topic("t", 1, {});
    const auto topic = p.under_test.open("t", true);
    REQUIRE(p.under_test.append({.topic = topic, .partition = 0, .value = text("v")}).ok());
    p.in->create_partitions("t", 3);
    REQUIRE(p.under_test.append({.topic = topic, .partition = 2, .value = text("v")}).ok());
    CHECK(p.under_test.take_failures().empty());
    CHECK(p.ends("t") == std::vector<std::int64_t>{1, 0, 1});
    CHECK(p.under_test.last_offset(topic, 0) == 0);
    CHECK(p.under_test.last_offset(topic, 2) == 0);
}
