#pragma once

#include <streams/serde/window.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

namespace streams::inline v0 {

/// The days of a time zone as windows, from midnight to midnight by its clocks: `windowed_by(calendar_days{"Europe/Berlin"})`.
/// A day has 23 or 25 hours where they are set forward or back; where there is no midnight that day it begins with its first
/// moment, and the day of the epoch begins with the epoch. A model of custom_windows.
///
/// Zones and their rules come from the system's time zone database (/usr/share/zoneinfo, or $ZONEINFO or $TZDIR; package
/// tzdata), which is read once a zone and process. All instances need the same rules: where they change for a day that has
/// windows already, records after the change may find others.
class calendar_days {
public:
    /// `zone`: a name of the database, as Europe/Berlin. `grace`: how long past its end a day is open. Throws topology_error
    /// where there is no such zone.
    explicit calendar_days(std::string_view zone, std::chrono::milliseconds grace = std::chrono::milliseconds(0));

    /// The day that holds the time, ms since the epoch. Throws streams_error where it would end past the largest time.
    [[nodiscard]] std::array<window, 1> windows_for(std::int64_t timestamp) const;
    /// The length of the longest day up to the year 2100.
    [[nodiscard]] std::chrono::milliseconds size() const noexcept { return size_; }
    [[nodiscard]] std::chrono::milliseconds grace() const noexcept { return grace_; }

private:
    struct clocks;

    std::shared_ptr<const clocks> clocks_;
    std::chrono::milliseconds size_;
    std::chrono::milliseconds grace_;
};

} // namespace streams::inline v0
