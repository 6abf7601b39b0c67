#pragma once

#include <streams/topology/topology.hpp>

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace streams::crash {

struct input_record {
    std::string key;
    std::string value;
    std::int64_t timestamp;
};

/// What stores hold, by store and key; a window's key ends in its start.
using tables = std::map<std::string, std::map<std::string, std::string>>;

inline constexpr const char* counts_store = "counts";   ///< by key, cached
inline constexpr const char* last_store = "last";       ///< the last value of each key; an empty one deletes it
inline constexpr const char* windows_store = "windows"; ///< by key in windows of a minute
inline constexpr const char* groups_store = "groups";   ///< by a part of the value, behind a repartition topic

[[nodiscard]] std::string window_key(const std::string& key, std::int64_t start);

/// Reads topic `in`, keeps the four stores, and writes what becomes of them to topic `out`.
[[nodiscard]] topology counted(const std::string& in, const std::string& out);

/// Draws records, and knows what they come to.
class workload {
public:
    /// `begin`: the time of the first record, ms since the epoch. A broker forgets what is old.
    workload(std::uint32_t seed, std::int64_t begin) : random_(seed), begin_(begin) {}
    [[nodiscard]] std::vector<input_record> draw(int records);
    [[nodiscard]] std::int64_t drawn() const noexcept { return drawn_; }
    /// Empty: `found` is what all records so far come to. At least once a count may be larger, and nothing else.
    [[nodiscard]] std::string difference(const tables& found, bool exactly_once) const;

private:
    std::mt19937 random_;
    std::int64_t begin_;
    std::int64_t drawn_ = 0;
    std::map<std::string, std::map<std::string, std::int64_t>> counted_; ///< by store
    std::map<std::string, std::string> last_;
};

} // namespace streams::crash
