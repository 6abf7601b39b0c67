#pragma once

#include "state/managed_store.hpp"
#include "state/test_memory.hpp"

#include <streams/core/big_endian.hpp>
#include <streams/core/manual_clock.hpp>
#include <streams/state/key_value_store.hpp>
#include <streams/state/session_store.hpp>
#include <streams/state/versioned_store.hpp>
#include <streams/state/window_store.hpp>

#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace state_test {

using streams::bytes;
using streams::bytes_view;

/// A folder that goes with the object, unless somebody else's is given.
class temporary_folder {
public:
    explicit temporary_folder(std::filesystem::path given = {}) : path_(std::move(given)), own_(path_.empty()) {
        if (!own_) return;
        // In memory where the system has such a folder: stores sync their files often.
        const std::filesystem::path memory = "/dev/shm";
        const bool in_memory = ::access(memory.c_str(), W_OK) == 0;
        const auto parent = in_memory ? memory : std::filesystem::temp_directory_path();
        std::string pattern = (parent / "streams-state-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    ~temporary_folder() {
        if (!own_) return;
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
    bool own_;
};

struct logged {
    std::string key;
    std::optional<std::string> value;
    std::int64_t timestamp;
    streams::headers headers{};

    friend bool operator==(const logged&, const logged&) = default;
};

/// A changelog topic: what a store appended, by offset.
class changelog final : public streams::changelog_sink {
public:
    void append(bytes_view key, std::optional<bytes_view> value, std::int64_t timestamp,
                const streams::headers* headers) override {
        records.push_back({std::string(key.text()), value ? std::optional(std::string(value->text())) : std::nullopt,
                           timestamp, headers ? *headers : streams::headers{}});
    }
    [[nodiscard]] std::optional<std::int64_t> last_offset() const {
        if (records.empty()) return std::nullopt;
        return static_cast<std::int64_t>(records.size()) - 1;
    }
    /// The records from `from` on, as a consumer reads them. Valid until the next append.
    [[nodiscard]] std::vector<streams::record_view> read(std::int64_t from = 0) const {
        std::vector<streams::record_view> read;
        for (auto at = static_cast<std::size_t>(from); at < records.size(); ++at) {
            if (aborted.contains(at)) continue;
            const logged& r = records[at];
            read.push_back({static_cast<std::int64_t>(at), r.timestamp, bytes_view(r.key),
                            r.value ? std::optional(bytes_view(*r.value)) : std::nullopt, &r.headers});
        }
        return read;
    }
    /// The records from position `from` on belong to a transaction that was aborted: no reader sees them.
    void abort_from(std::size_t from) {
        for (std::size_t at = from; at < records.size(); ++at) aborted.insert(at);
    }
    /// What the topic says after `count` records.
    [[nodiscard]] std::map<std::string, std::string> compacted(std::size_t count) const {
        std::map<std::string, std::string> content;
        for (std::size_t at = 0; at < count; ++at) {
            if (aborted.contains(at)) continue;
            if (records[at].value)
                content[records[at].key] = *records[at].value;
            else
                content.erase(records[at].key);
        }
        return content;
    }

    std::vector<logged> records;
    std::set<std::size_t> aborted;
};

inline std::string big_endian(std::int64_t value) {
    bytes out;
    streams::append_big_endian(out, value);
    return std::string(out.text());
}
inline std::string big_endian(std::uint32_t value) {
    bytes out;
    streams::append_big_endian(out, value);
    return std::string(out.text());
}
inline std::string timestamped(std::int64_t timestamp, std::string_view value) {
    return big_endian(timestamp) + std::string(value);
}
inline std::string window_key(std::string_view key, std::int64_t start, std::uint32_t sequence = 0) {
    return std::string(key) + big_endian(start) + big_endian(sequence);
}
inline std::string text(bytes_view of) { return std::string(of.text()); }
inline std::optional<std::string> text(std::optional<bytes_view> of) {
    return of ? std::optional(text(*of)) : std::nullopt;
}

inline std::optional<bytes_view> view(const std::optional<std::string>& of) {
    return of ? std::optional(bytes_view(*of)) : std::nullopt;
}

/// A store with the task around it: its changelog, its record at hand, its folder.
class store_under_test {
public:
    /// `elsewhere`: the folder to use instead of a temporary one.
    explicit store_under_test(streams::store_spec spec, std::int64_t cache_bytes = 0,
                              std::filesystem::path elsewhere = {})
        : folder(std::move(elsewhere)), spec_(std::move(spec)), cache_bytes_(cache_bytes) {
        current.headers = &no_headers;
        current.timestamp = 0;
        open();
    }

    void open() {
        managed.reset();
        memory = std::make_unique<test_memory>(memory_bytes);
        managed = streams::make_store(spec_, {.directory = folder.path(),
                                              .current = current,
                                              .memory = memory->stores,
                                              .changelog = spec_.logging ? &log : nullptr,
                                              .cache_bytes = cache_bytes_,
                                              .time = &clock,
                                              .in_transactions = in_transactions});
    }
    /// Closes and opens again; what is in memory only is restored from the changelog.
    void reopen() {
        managed->close();
        restart();
    }
    /// Opens anew without closing in between.
    void restart() {
        open();
        catch_up();
    }
    void catch_up() {
        const auto from = managed->checkpoint();
        const auto rest = log.read(from ? *from + 1 : 0);
        managed->restore(rest);
        managed->restored(log.last_offset());
    }
    void commit() {
        managed->flush();
        managed->committed(log.last_offset());
    }

    [[nodiscard]] streams::key_value_store& kv() { return dynamic_cast<streams::key_value_store&>(managed->store()); }
    [[nodiscard]] streams::window_store& windows() { return dynamic_cast<streams::window_store&>(managed->store()); }

    [[nodiscard]] streams::versioned_store& versions() {
        return dynamic_cast<streams::versioned_store&>(managed->store());
    }

    void put(std::string_view key, std::optional<std::string> value) { kv().put(bytes_view(key), view(value)); }
    [[nodiscard]] std::optional<std::string> get(std::string_view key) { return text(kv().get(bytes_view(key))); }
    void put(std::string_view key, std::optional<std::string> value, std::int64_t start) {
        windows().put(bytes_view(key), view(value), start);
    }
    [[nodiscard]] std::optional<std::string> fetch(std::string_view key, std::int64_t start) {
        return text(windows().fetch(bytes_view(key), start));
    }

    [[nodiscard]] streams::session_store& sessions() { return dynamic_cast<streams::session_store&>(managed->store()); }
    void put_session(std::string_view key, std::optional<std::string> value, streams::window session) {
        sessions().put(bytes_view(key), view(value), session);
    }

    temporary_folder folder;
    changelog log;
    streams::headers no_headers;
    streams::record_context current;
    streams::manual_clock clock;
    bool in_transactions = false; ///< from the next opening on
    std::size_t memory_bytes = 0; ///< of its hot tier, from the next opening on; 0: as in an application
    std::unique_ptr<test_memory> memory;
    std::unique_ptr<streams::managed_store> managed;

private:
    streams::store_spec spec_;
    std::int64_t cache_bytes_;
};

using pairs = std::vector<std::pair<std::string, std::string>>;

inline pairs read_all(streams::store_range<streams::store_entry> range) {
    pairs found;
    for (const streams::store_entry& entry : range) found.emplace_back(text(entry.key), text(entry.value));
    return found;
}

struct window_row {
    std::string key;
    std::int64_t start;
    std::string value;
    friend bool operator==(const window_row&, const window_row&) = default;
};
using window_rows = std::vector<window_row>;

inline window_rows read_all(streams::store_range<streams::window_entry> range) {
    window_rows found;
    for (const streams::window_entry& entry : range) found.push_back({text(entry.key), entry.start, text(entry.value)});
    return found;
}

struct session_row {
    std::string key;
    streams::window window;
    std::string value;
    friend bool operator==(const session_row&, const session_row&) = default;
};
using session_rows = std::vector<session_row>;

inline session_rows read_all(streams::store_range<streams::session_entry> range) {
    session_rows found;
    for (const streams::session_entry& entry : range)
        found.push_back({text(entry.key), entry.window, text(entry.value)});
    return found;
}

} // namespace state_test
