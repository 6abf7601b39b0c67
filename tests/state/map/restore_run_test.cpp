#include "catch.hpp"
#include "state/map/restore_run.hpp"

#include <map>
#include <optional>
#include <random>
#include <string>

using namespace streams;

namespace {

using rows = std::vector<std::pair<std::string, std::optional<std::string>>>;

rows sorted(restore_run& run) {
    rows found;
    for (const auto& [key, value] : run.sorted())
        found.emplace_back(key.text(), value ? std::optional(std::string(value->text())) : std::nullopt);
    return found;
}

} // namespace

TEST_CASE("a run of restored rows is sorted by key, and has the last of each") {
    // Keys that are prefixes of others, that differ behind their first 8 bytes only, and that have the largest byte.
    const std::vector<std::string> ends{"",
                                        "a",
                                        "aa",
                                        "ab",
                                        "b",
                                        std::string("\0", 1),
                                        std::string("a\0", 2),
                                        "\xff",
                                        "a long end 1",
                                        "a long end 2",
                                        "a long"};
    std::mt19937 random(5);
    for (const std::string& begin : {std::string(), std::string("\1"), std::string("all keys begin with it")}) {
        restore_run run;
        std::map<std::string, std::optional<std::string>> expected;
        for (int at = 0; at < 1'000; ++at) {
            const std::string key = begin + ends[random() % ends.size()];
            const std::string value = std::to_string(at) + std::string(at % 450 == 449 ? 100'000 : 0, 'x');
            const bool deletes = random() % 4 == 0;
            const bool has_head = random() % 2 == 0;
            run.put(bytes_view(key), has_head ? bytes_view("head ") : bytes_view(),
                    deletes ? std::nullopt : std::optional(bytes_view(value)));
            expected[key] = deletes ? std::nullopt : std::optional((has_head ? "head " : "") + value);
            if (at % 300 == 299) CHECK((sorted(run) == rows(expected.begin(), expected.end())));
            if (at % 200 != 150) continue;
            const std::size_t kept = at % 400 == 150 ? 500'000 : 0;
            run.clear(kept);
            CHECK(run.memory_bytes() <= kept);
            CHECK(run.row_bytes() == 0);
            expected.clear();
        }
        CHECK((sorted(run) == rows(expected.begin(), expected.end())));
    }
}

TEST_CASE("the rows of one key stay in their order among a hundred thousand others") {
    restore_run run;
    std::map<std::string, std::optional<std::string>> expected;
    std::mt19937 random(7);
    for (int at = 0; at < 100'000; ++at) {
        const std::string key = "key" + std::to_string(random() % 30'000);
        run.put(bytes_view(key), {}, bytes_view(std::to_string(at)));
        expected[key] = std::to_string(at);
    }
    CHECK((sorted(run) == rows(expected.begin(), expected.end())));
}

TEST_CASE("a run of many megabytes is sorted as a small one is, and goes on in the memory that it kept") {
    restore_run run;
    std::mt19937 random(9);
    for (const std::size_t kept : {std::size_t{16'000'000}, std::size_t{0}}) {
        std::map<std::string, std::optional<std::string>> expected;
        for (int at = 0; at < 60'000; ++at) {
            const std::string key = "key" + std::to_string(random() % 40'000);
            const std::string value = std::to_string(at) + std::string(at == 50'000 ? 3'000'000 : 300, 'x');
            run.put(bytes_view(key), {}, bytes_view(value));
            expected[key] = value;
        }
        CHECK((sorted(run) == rows(expected.begin(), expected.end())));
        CHECK(run.memory_bytes() >= run.row_bytes());
        run.clear(kept);
        CHECK(run.memory_bytes() <= kept);
    }
}

TEST_CASE("a run that was cleared is empty, and holds no memory") {
    restore_run run;
    CHECK(run.empty());
    CHECK(run.sorted().empty());
    run.put(bytes_view("key"), {}, bytes_view("value"));
    CHECK_FALSE(run.empty());
    CHECK(run.memory_bytes() > 8);
    run.clear();
    CHECK(run.empty());
    CHECK(run.memory_bytes() == 0);
}
