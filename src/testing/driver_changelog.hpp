#pragma once

#include "src/testing/driver_topics.hpp"
#include "state/changelog_sink.hpp"

namespace streams::inline v0 {

/// The changelog partition of a store under test.
class driver_changelog final : public changelog_sink {
public:
    driver_changelog(driver_topics& topics, std::int32_t topic, std::int32_t partition)
        : topics_(topics), topic_(topic), partition_(partition) {}

    void append(bytes_view key, std::optional<bytes_view> value, std::int64_t timestamp, const headers* with) override {
        topics_.append(topic_, {.key = bytes(key),
                                .value = value ? std::optional<bytes>(*value) : std::nullopt,
                                .timestamp = timestamp,
                                .headers = with ? *with : headers{},
                                .partition = partition_});
    }

private:
    driver_topics& topics_;
    std::int32_t topic_;
    std::int32_t partition_;
};

} // namespace streams::inline v0
