#pragma once

#include "src/core/memory_budget.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

namespace streams::inline v0 {

/// What other threads are handed of an application's stores, in its memory budget (memory_role::query_copies). Copies may
/// outlive the application, and count for nothing from then on. Thread-safe.
class query_memory {
public:
    /// The budget lives until `end`.
    explicit query_memory(memory_budget& budget) { reserved_.emplace(budget, memory_role::query_copies); }
    query_memory(const query_memory&) = delete;
    query_memory& operator=(const query_memory&) = delete;

    /// The application is no more.
    void end() noexcept;

private:
    friend class copied_bytes;

    /// False: there is no room for so much more.
    [[nodiscard]] bool take(std::size_t bytes);
    void take_anyway(std::size_t bytes);
    void give(std::size_t bytes) noexcept;

    mutable std::mutex mutex_;                   ///< of those below
    std::optional<memory_reservation> reserved_; ///< nullopt: ended
    std::size_t used_ = 0;
};

/// What one answer has copied, counted as long as this lives; handed from thread to thread with the copies.
class copied_bytes {
public:
    explicit copied_bytes(std::shared_ptr<query_memory> of) noexcept : of_(std::move(of)) {}
    copied_bytes(copied_bytes&& from) noexcept
        : of_(std::move(from.of_)), used_(std::exchange(from.used_, 0)), taken_(std::exchange(from.taken_, 0)) {}
    copied_bytes& operator=(copied_bytes&&) = delete;
    ~copied_bytes() {
        if (taken_ > 0) of_->give(taken_);
    }

    /// So much more is to be copied out of `store`. Throws query_memory_error where there is no room for it.
    void add(std::size_t bytes, std::string_view store) {
        used_ += bytes;
        if (used_ > taken_) grow(store);
    }
    /// The same of what is copied in any case.
    void add_anyway(std::size_t bytes);

private:
    void grow(std::string_view store);

    std::shared_ptr<query_memory> of_;
    std::size_t used_ = 0;
    std::size_t taken_ = 0;
};

} // namespace streams::inline v0
