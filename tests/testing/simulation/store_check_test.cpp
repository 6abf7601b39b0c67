#include "catch.hpp"
#include "src/testing/simulation/store_check.hpp"

#include <streams/core/manual_clock.hpp>
#include <streams/serde/standard.hpp>
#include <streams/state/stores.hpp>
#include <streams/topology/processor_api.hpp>

#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

using namespace streams;
using simulated::differs_from_changelog;
using simulated::simulated_disk;
using simulated::topic_history;

namespace {

class idle final : public processor<std::string, std::string> {
public:
    void process(const record_type&) override {}
};

topology with_store() {
    topology made;
    made.add_source<std::string, std::string>("read", "in");
    made.add_processor("keep", [] { return std::make_unique<idle>(); }, {"read"});
    made.add_store(stores::key_value("seen"), {"keep"});
    return made;
}

/// A changelog with the records `a: 1`, `b: 2`, `a: 3`, `b` deleted, `b: 4`, `b` deleted.
topic_history history() {
    manual_clock time;
    embedded::cluster cluster({}, time);
    cluster.create_topic("app-seen-changelog", 1, {{"cleanup.policy", "compact"}});
    const auto log = cluster.find("app-seen-changelog")->logs[0];
    const auto append = [&](std::string_view key, std::optional<std::string_view> value) {
        log->append({.timestamp = 1,
                     .key = bytes_view(key),
                     .value = value ? std::optional(bytes_view(*value)) : std::nullopt,
                     .headers = nullptr});
    };
    append("a", "1");
    append("b", "2");
    append("a", "3");
    append("b", std::nullopt);
    append("b", "4");
    append("b", std::nullopt);
    topic_history read;
    read.catch_up(cluster);
    return read;
}

std::string difference(std::map<std::string, std::string> entries, std::optional<std::int64_t> offset,
                       bool compacted = false) {
    simulated_disk::content content{.entries = {}, .position = {.offset = offset}};
    for (auto& [key, value] : entries) content.entries.emplace("\1" + key, value);
    return differs_from_changelog(with_store(), "app", "/state/app/0_0/seen", content, history(),
                                  {.overtaken = compacted});
}

} // namespace

TEST_CASE("a store is what its changelog says up to its offset") {
    CHECK(difference({}, std::nullopt) == "");
    CHECK(difference({{"a", "1"}}, 0) == "");
    CHECK(difference({{"a", "1"}, {"b", "2"}}, 1) == "");
    CHECK(difference({{"a", "3"}}, 3) == "");
}

TEST_CASE("what a store lacks, has too much or has otherwise is named") {
    CHECK(difference({{"a", "3"}}, 2) ==
          "store seen of task 0_0, at offset 2 of app-seen-changelog: \\1b is missing, and should be 2");
    CHECK(difference({{"a", "3"}, {"b", "2"}}, 3) ==
          "store seen of task 0_0, at offset 3 of app-seen-changelog: \\1b is 2, and should not be there");
    CHECK(difference({{"a", "3"}}, 0) ==
          "store seen of task 0_0, at offset 0 of app-seen-changelog: \\1a is 3, and should be 1");
}

TEST_CASE("a store that was restored in part from a compacted changelog lacks what is to come, and nothing else") {
    CHECK(difference({{"b", "2"}}, 1) != "");
    CHECK(difference({{"b", "2"}}, 1, true) == ""); // `a` comes again at offset 2
    CHECK(difference({}, 2, true) != "");           // and not behind that
}

TEST_CASE("a store that was restored in part keeps what later deletions take away") {
    CHECK(difference({{"a", "3"}, {"b", "2"}}, 3) != "");
    CHECK(difference({{"a", "3"}, {"b", "2"}}, 3, true) == ""); // deleted again at offset 5
    CHECK(difference({{"a", "3"}, {"b", "2"}}, 5, true) != ""); // and not behind that
}

TEST_CASE("a global store is what its topic says up to the offsets of its partitions, and may have what comes behind") {
    topology made;
    made.add_global_store<std::string, std::string>(stores::key_value("rates", {.logging = false}), "read", "rates",
                                                    "keep", [] { return std::make_unique<idle>(); });
    manual_clock time;
    embedded::cluster cluster({}, time);
    cluster.create_topic("rates", 2, {});
    const auto& logs = cluster.find("rates")->logs;
    const auto append = [&](std::size_t partition, std::string_view key, std::string_view value) {
        logs[partition]->append(
            {.timestamp = 1, .key = bytes_view(key), .value = bytes_view(value), .headers = nullptr});
    };
    append(0, "a", "1");
    append(0, "a", "2");
    append(1, "b", "1");
    topic_history read;
    read.catch_up(cluster);
    const auto difference = [&](std::map<std::string, std::string> rows, std::vector<std::int64_t> offsets) {
        simulated_disk::content content{.entries = {}, .position = {.partition_offsets = std::move(offsets)}};
        for (auto& [key, value] : rows) content.entries.emplace("\1" + key, value);
        return differs_from_changelog(made, "app", "/state/app/global/rates", content, read);
    };
    CHECK(difference({}, {}) == "");
    CHECK(difference({{"a", "2"}, {"b", "1"}}, {1, 0}) == "");
    CHECK(difference({{"a", "2"}}, {0, -1}) == "");
    CHECK(difference({{"b", "1"}}, {1, 0}) == "global store rates: \\1a is missing, and should be 2");
    CHECK(difference({{"a", "1"}, {"b", "1"}}, {1, 0}) == "global store rates: \\1a is 1, and should be 2");
    CHECK(difference({{"a", "2"}, {"c", "1"}}, {1, -1}) == "global store rates: \\1c is 1, and should not be there");
    CHECK(difference({{"a", "2"}}, {2, -1}) == "global store rates is at offset 2 of rates-0");
}

TEST_CASE("a store that is ahead of its changelog, or has entries without an offset, is wrong") {
    CHECK(difference({{"a", "3"}}, 9) ==
          "store seen of task 0_0 is at offset 9 of app-seen-changelog, which ends before that");
    simulated_disk::content ahead{.entries = {}, .position = {.offset = 9}};
    CHECK(differs_from_changelog(with_store(), "app", "/state/app/0_0/seen", ahead, history(), {.has_all = false}) ==
          "");
    CHECK(difference({{"a", "3"}}, std::nullopt) == "store seen of task 0_0 has entries and no offset");
}
