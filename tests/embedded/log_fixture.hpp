#pragma once

#include "catch.hpp"

#include "src/embedded/log_reader.hpp"
#include "src/embedded/partition_log.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A record of a log, owned.
struct log_entry {
    std::int64_t offset = 0;
    std::string key;
    std::optional<std::string> value;

    friend bool operator==(const log_entry&, const log_entry&) = default;
};

inline std::ostream& operator<<(std::ostream& out, const log_entry& of) {
    return out << of.offset << ':' << of.key << '=' << of.value.value_or("null");
}

/// Appends with the offset as the timestamp, unless one is given.
inline std::int64_t append(streams::embedded::partition_log& to, std::string_view key,
                           std::optional<std::string_view> value, std::optional<std::int64_t> timestamp = {}) {
    return to.append({.timestamp = timestamp.value_or(to.end()),
                      .key = streams::bytes_view(key),
                      .value = value ? std::optional(streams::bytes_view(*value)) : std::nullopt});
}

inline std::vector<log_entry> read_all(const std::shared_ptr<streams::embedded::partition_log>& log,
                                       std::int64_t from = -1, std::size_t at_once = 7) {
    streams::embedded::log_reader reader(log, from < 0 ? log->start() : from);
    std::vector<log_entry> all;
    for (;;) {
        std::vector<streams::record_view> records;
        std::shared_ptr<const void> memory;
        if (reader.read(at_once, records, memory) != streams::embedded::log_reader::outcome::records) return all;
        CHECK(records.size() <= at_once);
        for (const auto& one : records)
            all.push_back({one.offset, std::string(one.key ? one.key->text() : "-"),
                           one.value ? std::optional<std::string>(one.value->text()) : std::nullopt});
    }
}
