#include "src/dsl/windows/window_checks.hpp"

#include <streams/core/error.hpp>
#include <streams/dsl/detail/stores/store_specs.hpp>
#include <streams/dsl/windows.hpp>

#include <string_view>
#include <utility>

namespace streams::inline v0::detail {

namespace {

/// One window from a start on.
class unlimited_rule final : public window_rule {
public:
    explicit unlimited_rule(std::int64_t start) : start_(start) {}
    void windows_for(std::int64_t timestamp, std::vector<window>& found) const override {
        if (timestamp >= start_) found.push_back({start_, time_windows::without_end});
    }
    [[nodiscard]] std::optional<std::int64_t> end_of(std::int64_t) const override { return time_windows::without_end; }

private:
    std::int64_t start_;
};

time_windows aligned(std::string_view kind, std::chrono::milliseconds size, std::chrono::milliseconds advance,
                     std::chrono::milliseconds grace) {
    if (size.count() <= 0)
        throw topology_error(concat(kind, " windows of ", size.count(), " ms hold nothing; give a size above zero"));
    if (advance.count() <= 0 || advance > size)
        throw topology_error(
            concat(kind, " windows of ", size.count(), " ms cannot advance by ", advance.count(),
                   " ms, which would leave gaps or stand still; give an advance above zero, at most the "
                   "size"));
    // Kafka Streams would run out of memory over a record, we out of time.
    constexpr std::int64_t most_windows_of_a_record = 10'000'000;
    if (size / advance > most_windows_of_a_record)
        throw topology_error(concat(kind, " windows of ", size.count(), " ms that advance by ", advance.count(),
                                    " ms put each "
                                    "record into ",
                                    size / advance, " of them; give a longer advance, or a shorter size"));
    require_not_negative(kind, "grace", grace, "would close before they end");
    require_time(kind, "size and grace", {size.count(), grace.count()});
    return {size.count(), advance.count(), grace.count()};
}

} // namespace

time_windows checked(const tumbling& windows) { return aligned("tumbling", windows.size, windows.size, windows.grace); }

time_windows checked(const hopping& windows) {
    return aligned("hopping", windows.size, windows.advance, windows.grace);
}

time_windows checked(const unlimited& windows) {
    require_not_negative("unlimited", "start", windows.start, "would begin before all timestamps");
    return {time_windows::without_end, time_windows::without_end, 0,
            std::make_shared<unlimited_rule>(windows.start.count())};
}

time_windows checked_custom(std::chrono::milliseconds size, std::chrono::milliseconds grace,
                            std::shared_ptr<const window_rule> rule) {
    if (size.count() <= 0)
        throw topology_error(
            concat("custom windows of ", size.count(), " ms at most hold nothing; give a size above zero"));
    require_not_negative("custom", "grace", grace, "would close before they end");
    require_time("custom", "size and grace", {size.count(), grace.count()});
    return {size.count(), size.count(), grace.count(), std::move(rule)};
}

store_spec time_windows::store(std::string name, const materialized& options, const emission& strategy) const {
    return window_spec(std::move(name), options, size, needed_retention(), strategy);
}

void time_windows::require_end() const {
    if (size == without_end)
        throw topology_error(
            "windows without end never close, so nothing would leave with emit_on_close; leave it out, or "
            "use tumbling windows");
}

} // namespace streams::inline v0::detail
