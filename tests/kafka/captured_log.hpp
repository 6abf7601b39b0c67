#pragma once

#include <streams/core/log.hpp>

#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace streams::tests {

/// Keeps what is logged while it lives, in the place of the default handler. One at a time.
class captured_log {
public:
    captured_log() {
        set_log_handler([this](const log_entry& entry) {
            const std::lock_guard lock(mutex_);
            lines_.emplace_back(entry.level, entry.text);
        });
    }
    ~captured_log() { set_log_handler({}); }
    captured_log(const captured_log&) = delete;
    captured_log& operator=(const captured_log&) = delete;

    /// What a user would see: info and above.
    [[nodiscard]] std::vector<std::string> lines() const {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> seen;
        for (const auto& [level, line] : lines_)
            if (level >= log_level::info) seen.push_back(line);
        return seen;
    }
    /// All of it, of every level.
    [[nodiscard]] std::string text() const {
        const std::lock_guard lock(mutex_);
        std::string all;
        for (const auto& [level, line] : lines_) all.append(line) += '\n';
        return all;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::pair<log_level, std::string>> lines_;
};

} // namespace streams::tests
