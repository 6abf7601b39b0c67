#include "catch.hpp"
#include "state/store_under_test.hpp"

#include <streams/serde/standard.hpp>
#include <streams/state/typed_key_value_store.hpp>
#include <streams/state/typed_session_store.hpp>
#include <streams/state/typed_window_store.hpp>

#include <range/v3/range/conversion.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/take.hpp>
#include <range/v3/view/transform.hpp>

using namespace state_test;
using streams::value_and_timestamp;

namespace {

template <class Range>
auto collected(Range range) {
    std::vector<typename Range::iterator::value_type> found;
    for (const auto& entry : range) found.push_back(entry);
    return found;
}

} // namespace

TEST_CASE("a typed view of a timestamped key-value store reads and writes values with their timestamps") {
    store_under_test store({.name = "counts", .persistent = false});
    using counted = value_and_timestamp<std::int64_t>;
    streams::typed_key_value_store<std::string, counted> counts(store.managed->store());
    using entry = streams::key_value<std::string, counted>;

    CHECK(counts.name() == "counts");
    CHECK(counts.get("a") == std::nullopt);
    counts.put("a", {1, 10});
    counts.put("b", {2, 20});
    counts.put("c", {3, 30});
    CHECK(counts.get("a") == counted{1, 10});
    CHECK(counts.put_if_absent("a", {9, 9}) == counted{1, 10});
    CHECK(counts.put_if_absent("d", {4, 40}) == std::nullopt);
    counts.erase("c");
    CHECK(collected(counts.all()) == std::vector<entry>{{"a", {1, 10}}, {"b", {2, 20}}, {"d", {4, 40}}});
    CHECK(collected(counts.all(streams::iteration_order::descending)) ==
          std::vector<entry>{{"d", {4, 40}}, {"b", {2, 20}}, {"a", {1, 10}}});
    CHECK(collected(counts.range("b", std::nullopt)) == std::vector<entry>{{"b", {2, 20}}, {"d", {4, 40}}});
    CHECK(collected(counts.prefix_scan(std::string("d"))) == std::vector<entry>{{"d", {4, 40}}});
    CHECK(counts.approximate_num_entries() == 3);
    CHECK(store.get("a") == timestamped(10, big_endian(std::int64_t{1})));
}

TEST_CASE("a typed view of a plain store has plain values, and borrowed types read without a copy") {
    store_under_test store(
        {.name = "names", .kind = streams::key_value_kind{.timestamped = false}, .persistent = true});
    streams::typed_key_value_store<std::string_view, std::string_view> names(store.managed->store());
    names.put("a", "Ada");
    names.put("b", "Bob");
    CHECK(names.get("a") == "Ada");
    std::vector<std::string> seen;
    for (const auto& [key, value] : names.all()) seen.push_back(std::string(key) + '=' + std::string(value));
    CHECK(seen == std::vector<std::string>{"a=Ada", "b=Bob"});
}

TEST_CASE("a typed view of a window store reads and writes windows") {
    store_under_test store(
        {.name = "windows",
         .kind = streams::window_kind{.size = std::chrono::milliseconds(10), .retention = std::chrono::minutes(10)},
         .persistent = false});
    using counted = value_and_timestamp<std::int64_t>;
    streams::typed_window_store<std::string, counted> windows(store.managed->store());
    using entry = streams::windowed_value<std::string, counted>;
    windows.put("a", {1, 5}, 0);
    windows.put("a", {2, 15}, 10);
    windows.put("b", {3, 12}, 10);
    windows.put("b", {3, 22}, 20);
    windows.erase("b", 20);
    CHECK(windows.fetch("a", 10) == counted{2, 15});
    CHECK(windows.fetch("a", 20) == std::nullopt);
    CHECK(collected(windows.fetch("a", 0, 100)) == std::vector<entry>{{"a", 0, {1, 5}}, {"a", 10, {2, 15}}});
    CHECK(collected(windows.fetch_all(10, 100)) == std::vector<entry>{{"a", 10, {2, 15}}, {"b", 10, {3, 12}}});
    constexpr auto backward = streams::iteration_order::descending;
    const std::vector<entry> all{{"a", 0, {1, 5}}, {"a", 10, {2, 15}}, {"b", 10, {3, 12}}};
    CHECK(collected(windows.all()) == all);
    CHECK(collected(windows.all(backward)) == std::vector<entry>(all.rbegin(), all.rend()));
    CHECK(collected(windows.fetch_all(10, 100, backward)) ==
          std::vector<entry>{{"b", 10, {3, 12}}, {"a", 10, {2, 15}}});
    CHECK(collected(windows.fetch("a", 0, 100, backward)) == std::vector<entry>{{"a", 10, {2, 15}}, {"a", 0, {1, 5}}});
    CHECK(collected(windows.fetch_range("a", "b", 0, 5, backward)) == std::vector<entry>{{"a", 0, {1, 5}}});
    CHECK(collected(windows.fetch_range("b", std::nullopt, 0, 100)) == std::vector<entry>{{"b", 10, {3, 12}}});
}

TEST_CASE("a typed view of a session store reads and writes sessions") {
    store_under_test store(
        {.name = "visits", .kind = streams::session_kind{.retention = std::chrono::minutes(10)}, .persistent = false});
    streams::typed_session_store<std::string, std::int64_t> visits(store.managed->store());
    using session = streams::session_windowed<std::string>;
    using entry = std::pair<session, std::int64_t>;
    const entry first{{"a", {0, 5}}, 1};
    const entry second{{"a", {20, 30}}, 2};
    const entry other{{"b", {10, 12}}, 3};
    for (const entry& each : {first, second, other}) visits.put(each.first, each.second);
    visits.put(session{"b", {40, 41}}, 4);
    visits.erase(session{"b", {40, 41}});
    constexpr auto backward = streams::iteration_order::descending;
    CHECK(visits.fetch(first.first) == 1);
    CHECK(visits.fetch(session{"b", {40, 41}}) == std::nullopt);
    CHECK(collected(visits.find("a")) == std::vector<entry>{first, second});
    CHECK(collected(visits.find("a", backward)) == std::vector<entry>{second, first});
    CHECK(collected(visits.find("a", 6, 100)) == std::vector<entry>{second});
    CHECK(collected(visits.find_range("a", std::nullopt)) == std::vector<entry>{first, second, other});
    CHECK(collected(visits.find_range(std::nullopt, "b", backward)) == std::vector<entry>{other, second, first});
    CHECK(collected(visits.ended(5, 12)) == std::vector<entry>{first, other});
}

TEST_CASE("a typed view of the wrong kind or value type is refused with the remedy") {
    store_under_test store({.name = "counts", .persistent = false});
    auto& bytes_store = store.managed->store();
    using plain = streams::typed_key_value_store<std::string, std::string>;
    CHECK_THROWS_WITH(plain(bytes_store), containing("use value_and_timestamp"));
    using windows = streams::typed_window_store<std::string, value_and_timestamp<std::string>>;
    CHECK_THROWS_WITH(windows(bytes_store), containing("store counts is no window store"));
    store_under_test untimed(
        {.name = "names", .kind = streams::key_value_kind{.timestamped = false}, .persistent = false});
    using timed = streams::typed_key_value_store<std::string, value_and_timestamp<std::string>>;
    CHECK_THROWS_WITH(timed(untimed.managed->store()), containing("keeps no timestamps"));
}

TEST_CASE("ranges of stores compose with range-v3 views") {
    store_under_test store(
        {.name = "counts", .kind = streams::key_value_kind{.timestamped = false}, .persistent = false});
    streams::typed_key_value_store<std::string, std::int64_t> counts(store.managed->store());
    for (std::int64_t at = 0; at < 10; ++at) counts.put(std::string(1, static_cast<char>('a' + at)), at);
    const auto large = counts.all() | ranges::views::filter([](const auto& entry) { return entry.value > 5; }) |
                       ranges::views::transform([](const auto& entry) { return entry.key; }) | ranges::views::take(2) |
                       ranges::to<std::vector>();
    CHECK(large == std::vector<std::string>{"g", "h"});
}
