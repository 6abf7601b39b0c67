#pragma once

#include "src/kafka/client.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace streams::inline v0 {

/// What a stream thread fails at again and again: from the first failure until what was undone then is done and committed, however
/// many failures and commits of other work lie in between. Times are steady ms.
class trouble {
public:
    /// `longest`: a failure that comes after all tasks have run for so long is the first of another trouble.
    explicit trouble(std::chrono::milliseconds longest) noexcept : longest_(longest.count()) {}

    /// How far the tasks had read an input.
    struct position {
        topic_partition input;
        std::int64_t offset;
    };
    /// What their failure undoes: `read` up to there, and other work, as that of punctuations. True: it is the first.
    bool failed(std::int64_t now, std::span<const position> read, bool other_work);
    [[nodiscard]] bool lasts() const noexcept { return since_.has_value(); }
    /// Since the first failure. REQUIRES: it lasts.
    [[nodiscard]] std::int64_t lasted(std::int64_t now) const noexcept { return now - *since_; }

    /// A commit went through, after which all tasks run. `worked`: something was done since the one before. `done`: whether what
    /// lies before a position is committed, or others' to do.
    void committed(std::int64_t now, bool worked, const std::function<bool(const position&)>& done);
    void end() noexcept;

private:
    std::int64_t longest_;
    std::optional<std::int64_t> since_;
    std::optional<std::int64_t> runs_since_; ///< the last failure
    std::vector<position> undone_;
    bool other_work_ = false; ///< undone
};

} // namespace streams::inline v0
