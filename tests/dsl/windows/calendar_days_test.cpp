#include "catch.hpp"

#include <streams/dsl/calendar_days.hpp>
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

#include <limits>

using namespace streams;
using namespace std::chrono_literals;
using std::chrono::sys_days;
using text = std::string;

namespace {

constexpr std::int64_t hour = 3'600'000;

/// ms since the epoch of a moment of UTC.
constexpr std::int64_t utc(std::chrono::year_month_day day, std::int64_t hours = 0) {
    return sys_days(day).time_since_epoch().count() * 24 * hour + hours * hour;
}
using std::chrono::year;

window day_of(std::string_view zone, std::int64_t at) { return calendar_days(zone).windows_for(at)[0]; }

} // namespace

TEST_CASE("a day is from midnight to midnight of its zone, of 23 hours or 25 where the clocks are set") {
    CHECK(day_of("UTC", utc(year(2024) / 5 / 6, 7)) == window{utc(year(2024) / 5 / 6), utc(year(2024) / 5 / 7)});
    const window summer = day_of("Europe/Berlin", utc(year(2024) / 3 / 31, 12));
    CHECK(summer == window{utc(year(2024) / 3 / 30, 23), utc(year(2024) / 3 / 31, 22)});
    const window winter = day_of("Europe/Berlin", utc(year(2024) / 10 / 27, 12));
    CHECK(winter == window{utc(year(2024) / 10 / 26, 22), utc(year(2024) / 10 / 27, 23)});
    CHECK(day_of("America/New_York", utc(year(2024) / 11 / 4, 4)) ==
          window{utc(year(2024) / 11 / 3, 4), utc(year(2024) / 11 / 4, 5)});
    CHECK(calendar_days("Europe/Berlin").size() == 25h);
    CHECK(calendar_days("UTC").size() == 24h);
}

TEST_CASE("days follow one another without a gap, and each moment is in its own") {
    for (const char* zone : {"Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia", "Antarctica/Casey", "Asia/Gaza"}) {
        const calendar_days days(zone);
        std::int64_t end = 0;
        for (std::int64_t at = 0; at < utc(year(2031) / 1 / 1); at = end) {
            const window day = days.windows_for(at)[0];
            REQUIRE(day.start == at);
            REQUIRE(day.end > at);
            REQUIRE(day.end - day.start <= days.size().count());
            REQUIRE(days.windows_for(day.end - 1)[0] == day);
            end = day.end;
        }
    }
}

TEST_CASE("a day without a midnight begins with its first moment, and a day that was left out has no window") {
    // In Brazil the clocks went from midnight to one.
    CHECK(day_of("America/Sao_Paulo", utc(year(2018) / 11 / 4, 12)).start == utc(year(2018) / 11 / 4, 3));
    // Samoa went from the 29th of December to the 31st.
    CHECK(day_of("Pacific/Apia", utc(year(2011) / 12 / 30, 9)).end == utc(year(2011) / 12 / 30, 10));
    CHECK(day_of("Pacific/Apia", utc(year(2011) / 12 / 30, 10)).start == utc(year(2011) / 12 / 30, 10));
}

TEST_CASE("the day of the epoch begins with it, and the last day of time is refused") {
    CHECK(day_of("America/New_York", 0) == window{0, 5 * hour});
    CHECK_THROWS_WITH(day_of("Europe/Berlin", std::numeric_limits<std::int64_t>::max()), containing("timestamp_from"));
}

TEST_CASE("a zone that is not known is refused") {
    CHECK_THROWS_WITH(calendar_days("Mars/Olympus"), containing("there is no time zone Mars/Olympus"));
}

TEST_CASE("records are counted by the days of a zone") {
    streams_builder builder;
    builder.stream<text, text>("in")
        .group_by_key()
        .windowed_by(calendar_days{"Europe/Berlin", 1h})
        .count()
        .to_stream([](const windowed<text>& of, std::int64_t) { return of.window.end - of.window.start; })
        .to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "v", utc(year(2024) / 10 / 26, 22));
    in.pipe("k", "v", utc(year(2024) / 10 / 27, 23) - 1);
    in.pipe("k", "v", utc(year(2024) / 10 / 27, 23));
    auto out = driver.output_topic<std::int64_t, std::int64_t>("out");
    const std::vector<std::pair<std::int64_t, std::int64_t>> expected{{25 * hour, 1}, {25 * hour, 2}, {24 * hour, 1}};
    for (const auto& [length, count] : expected) {
        const auto r = out.read();
        CHECK(r.key == length);
        CHECK(r.value == count);
    }
}
