#include <streams/dsl/calendar_days.hpp>

#include <streams/core/error.hpp>
#include <streams/dsl/detail/windows/time_windows.hpp>

#include <absl/time/time.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <utility>

namespace streams::inline v0 {

namespace {

struct civil_span {
    absl::Time begin;
    absl::Time end;
};

/// The first moment of the day where its midnight is skipped, the first midnight where there are two.
absl::Time beginning(absl::CivilDay day, const absl::TimeZone& zone) { return absl::FromCivil(day, zone); }

civil_span day_of(absl::Time at, const absl::TimeZone& zone) {
    const absl::CivilDay day(zone.At(at).cs);
    // Where clocks are set back over midnight, the last hour of a day comes again after the next one has begun.
    const absl::Time next = beginning(day + 1, zone);
    if (at >= next) return {next, beginning(day + 2, zone)};
    return {beginning(day, zone), next};
}

/// Only a day on which the clocks are set is longer than another.
absl::Duration longest_day(const absl::TimeZone& zone) {
    const absl::Time last = absl::FromCivil(absl::CivilYear(2100), zone);
    absl::Duration longest = absl::Hours(24);
    absl::TimeZone::CivilTransition change;
    for (absl::Time at = absl::UnixEpoch(); zone.NextTransition(at, &change);) {
        at = zone.At(change.to).trans;
        if (at >= last) break;
        for (const absl::Time moment : {at - absl::Milliseconds(1), at}) {
            const civil_span day = day_of(moment, zone);
            longest = std::max(longest, day.end - day.begin);
        }
    }
    return longest;
}

} // namespace

struct calendar_days::clocks {
    absl::TimeZone zone;
};

calendar_days::calendar_days(std::string_view zone, std::chrono::milliseconds grace) : grace_(grace) {
    auto loaded = std::make_shared<clocks>();
    if (!absl::LoadTimeZone(std::string(zone), &loaded->zone))
        throw topology_error(
            concat("there is no time zone ", zone,
                   " on this machine for calendar_days; give a name like Europe/Berlin, and install tzdata "
                   "where /usr/share/zoneinfo is missing"));
    size_ = absl::ToChronoMilliseconds(longest_day(loaded->zone));
    clocks_ = std::move(loaded);
}

std::array<window, 1> calendar_days::windows_for(std::int64_t timestamp) const {
    const civil_span day = day_of(absl::FromUnixMillis(timestamp), clocks_->zone);
    if (day.end > absl::FromUnixMillis(std::numeric_limits<std::int64_t>::max()))
        detail::throw_past_time(timestamp, size_.count());
    return {{{std::max<std::int64_t>(0, absl::ToUnixMillis(day.begin)), absl::ToUnixMillis(day.end)}}};
}

} // namespace streams::inline v0
