#pragma once

#include "crash/place.hpp"

#include <streams/runtime/kafka_streams.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string>
#include <string_view>

namespace streams::crash {

/// Notes on disk how far a process has come, for whoever outlives it: that it works, and which restores it has begun and
/// ended.
class notes_of_victim {
public:
    explicit notes_of_victim(const place& at) : file_(file_of(at), std::ios::trunc) {}
    void watch(kafka_streams& app) {
        const auto note = [this](char what) {
            return [this, what](const restore_progress& now) {
                if (now.begin < now.end) write(what);
            };
        };
        app.set_restore_listener(
            {.on_restore_start = note('+'), .on_restore_end = note('-'), .on_restore_suspended = note('-')});
    }
    void works() { write('w'); }

    static void forget(const place& at) { std::filesystem::remove(file_of(at)); }
    /// One of them at least.
    [[nodiscard]] static bool say(const place& at, std::string_view these) {
        return read(at).find_first_of(these) != std::string::npos;
    }
    /// Whether a process that is no more was restoring.
    [[nodiscard]] static bool end_in_restore(const place& at) {
        const std::string notes = read(at);
        return std::ranges::count(notes, '+') > std::ranges::count(notes, '-');
    }

private:
    static std::filesystem::path file_of(const place& at) { return at.folder / "notes"; }
    static std::string read(const place& at) {
        std::ifstream file(file_of(at));
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void write(char what) {
        const std::lock_guard lock(mutex_);
        file_ << what << std::flush;
    }

    std::mutex mutex_;
    std::ofstream file_;
};

} // namespace streams::crash
