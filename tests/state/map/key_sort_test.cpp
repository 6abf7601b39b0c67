#include "catch.hpp"
#include "state/map/key_sort.hpp"

#include <random>
#include <string>
#include <vector>

using namespace streams;

namespace {

/// The keys, each with its place, as sort_by_key orders them; its leads are of what is behind the first `prefix` bytes.
std::vector<std::string> sorted(const std::vector<std::string>& keys, std::size_t prefix) {
    std::vector<led_item<std::size_t>> items;
    for (std::size_t at = 0; at < keys.size(); ++at) items.push_back({lead_of(bytes_view(keys[at]), prefix), at});
    sort_by_key<std::size_t>(items, prefix, [&](std::size_t at) { return bytes_view(keys[at]); }, [](std::size_t) {});
    std::vector<std::string> found;
    for (const auto& each : items) found.push_back(keys[each.item] + '@' + std::to_string(each.item));
    return found;
}

std::vector<std::string> expected(const std::vector<std::string>& keys) {
    std::vector<std::size_t> places(keys.size());
    for (std::size_t at = 0; at < keys.size(); ++at) places[at] = at;
    std::ranges::stable_sort(places, {}, [&](std::size_t at) { return bytes_view(keys[at]); });
    std::vector<std::string> found;
    for (const std::size_t at : places) found.push_back(keys[at] + '@' + std::to_string(at));
    return found;
}

} // namespace

TEST_CASE("keys are sorted wherever they differ, few and many of them, and equal ones stay as they came") {
    std::mt19937 random(11);
    for (const std::size_t count : {0, 1, 2, 255, 256, 5'000})
        for (const std::size_t alike : {0, 3, 8, 9, 16, 40}) {
            std::vector<std::string> keys;
            for (std::size_t at = 0; at < count; ++at) {
                // One of three middles, so that groups are found large and small, behind what some of them share.
                std::string key = "prefix" + std::string(alike, static_cast<char>('a' + random() % 3));
                const std::size_t rest = random() % 12;
                for (std::size_t byte = 0; byte < rest; ++byte) key.push_back(static_cast<char>(random() % 3));
                keys.push_back(key);
            }
            CAPTURE(count, alike);
            CHECK((sorted(keys, 6) == expected(keys)));
            CHECK((sorted(keys, 0) == expected(keys)));
        }
}

TEST_CASE("a lead is the order of the bytes it stands for, and zeros stand for those that are not there") {
    CHECK(lead_of(bytes_view("abcdefgh"), 0) < lead_of(bytes_view("abcdefgi"), 0));
    CHECK(lead_of(bytes_view("xabcdefghz"), 1) == lead_of(bytes_view("abcdefghy"), 0));
    CHECK(lead_of(bytes_view("ab"), 2) == 0);
    CHECK(lead_of(bytes_view("a\xff"), 1) > lead_of(bytes_view("a\x7fzzzzzzz"), 1));
}

TEST_CASE("two keys have in common what both begin with") {
    CHECK(common_prefix(bytes_view("abcd"), bytes_view("abce"), 9) == 3);
    CHECK(common_prefix(bytes_view("abcd"), bytes_view("abcd"), 2) == 2);
    CHECK(common_prefix(bytes_view("ab"), bytes_view("abcd"), 9) == 2);
    CHECK(common_prefix(bytes_view(""), bytes_view("abcd"), 9) == 0);
}
