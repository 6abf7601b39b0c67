#include "crash/workload.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/serde/windowed.hpp>

#include <chrono>
#include <optional>
#include <set>

namespace streams::crash {
namespace {

using namespace std::chrono_literals;
using text = std::string;

constexpr std::int64_t window_ms = 60'000;
constexpr int keys = 8'000;
constexpr int groups = 50;
constexpr std::size_t value_size = 1'000; ///< so that memory and files fill, and restores bring whole files

/// A value says what group it is of by its first characters.
text group_of(const text& value) { return value.substr(0, value.find(' ')); }

/// By store: which counts are not what they have to be.
text count_difference(const text& store, const std::map<text, std::int64_t>& expected,
                      const std::map<text, text>& found, bool exactly_once) {
    for (const auto& [key, count] : expected) {
        const auto row = found.find(key);
        if (row == found.end()) return store + " lacks " + key + ", expected " + std::to_string(count);
        const std::int64_t counted = std::stoll(row->second);
        if (counted < count || (exactly_once && counted > count))
            return store + " has " + row->second + " of " + key + ", expected " + std::to_string(count);
    }
    for (const auto& [key, row] : found)
        if (!expected.contains(key)) return store + " has " + key + ", expected nothing";
    return {};
}

} // namespace

text window_key(const text& key, std::int64_t start) { return key + '@' + std::to_string(start); }

topology counted(const text& in, const text& out) {
    streams_builder builder;
    const auto records = builder.stream<text, text>(in);
    const auto by_key = records.group_by_key();
    const auto tell = [&](const char* store, auto updates) {
        updates
            .map([store](const auto& key, const std::optional<std::int64_t>& count) {
                return std::pair(text(store) + ' ' + key, std::to_string(count.value_or(0)));
            })
            .to(out);
    };
    tell(counts_store, by_key.count(materialized{.name = counts_store}).to_stream());
    by_key.aggregate([] { return text(); },
                     [](const text&, const text& value, const text&) {
                         return value.ends_with("delete") ? std::optional<text>() : std::optional(value);
                     },
                     materialized{.name = last_store, .caching = false});
    tell(windows_store,
         by_key.windowed_by(tumbling{std::chrono::milliseconds(window_ms)})
             .count(materialized{.name = windows_store, .caching = false, .retention = 24h})
             .to_stream([](const windowed<text>& key, std::int64_t) { return window_key(key.key, key.window.start); }));
    tell(groups_store,
         records.group_by([](const text&, const text& value) { return group_of(value); }, grouped{.name = "group"})
             .count(materialized{.name = groups_store, .caching = false})
             .to_stream());
    return builder.build();
}

std::vector<input_record> workload::draw(int records) {
    const auto below = [this](int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); };
    std::vector<input_record> all;
    for (int at = 0; at < records; ++at) {
        const std::int64_t timestamp = begin_ + drawn_ * 20;
        // A few keys are much more frequent than the others.
        const text key = "k" + std::to_string(below(4) == 0 ? below(10) : below(keys));
        text value = "g" + std::to_string(below(groups)) + " record " + std::to_string(drawn_++) + ' ';
        while (value.size() < value_size) value += std::to_string(random_()) + ' ';
        if (below(8) == 0) value += "delete";
        ++counted_[counts_store][key];
        ++counted_[windows_store][window_key(key, timestamp - timestamp % window_ms)];
        ++counted_[groups_store][group_of(value)];
        if (value.ends_with("delete"))
            last_.erase(key);
        else
            last_[key] = value;
        all.push_back({key, std::move(value), timestamp});
    }
    return all;
}

text workload::difference(const tables& found, bool exactly_once) const {
    const auto rows_of = [&](const text& store) {
        const auto rows = found.find(store);
        return rows == found.end() ? std::map<text, text>() : rows->second;
    };
    for (const auto& [store, expected] : counted_)
        if (auto wrong = count_difference(store, expected, rows_of(store), exactly_once); !wrong.empty()) return wrong;
    const auto last = rows_of(last_store);
    for (const auto& [key, value] : last_) {
        const auto row = last.find(key);
        if (row == last.end()) return text(last_store) + " lacks " + key + ", expected " + value;
        if (row->second != value)
            return text(last_store) + " has " + row->second + " of " + key + ", expected " + value;
    }
    for (const auto& [key, value] : last)
        if (!last_.contains(key)) return text(last_store) + " has " + key + ", expected nothing";
    return {};
}

} // namespace streams::crash
