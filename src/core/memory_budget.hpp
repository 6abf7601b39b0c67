#pragma once

#include "src/core/memory_limits.hpp"

#include <streams/core/memory_role.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <vector>

namespace streams::inline v0 {

class memory_reservation;

/// The memory of an application, handed out in reservations (docs/adr/0027-memory-budget.md). The holders of a role never have
/// more than its limit together, nor all roles more than the total. A role that is short is dealt out up to a level: who wants
/// less has all of it. A total that is short is made up for by the roles in their order. Who has more than that is asked
/// to give back, and others are refused only what has not been given back yet. Who keeps for life what it is given asks but
/// once: it does not wait, so that until the others have given back all have more than the total by as much.
/// Thread-safe; outlives its reservations.
class memory_budget {
public:
    explicit memory_budget(const memory_limits& limits) : limits_(limits) {}
    memory_budget(const memory_budget&) = delete;
    memory_budget& operator=(const memory_budget&) = delete;

    [[nodiscard]] memory_use use(memory_role role) const;
    [[nodiscard]] std::size_t reserved(memory_role role) const { return use(role).reserved; }
    /// Whether a holder is asked to give back: its thread is to see to it. One relaxed load.
    [[nodiscard]] bool asks_back() const noexcept { return asks_back_.load(std::memory_order_relaxed); }

private:
    friend class memory_reservation;

    struct account {
        std::vector<memory_reservation*> holders; ///< those that have asked for something
        std::size_t wanted = 0;
        std::size_t reserved = 0;
        std::size_t level = memory::unlimited; ///< what each holder may have
    };

    void resize(memory_reservation& holder, std::size_t wanted);
    void remove(memory_reservation& holder) noexcept;
    [[nodiscard]] account& account_of(memory_role role) noexcept { return accounts_[static_cast<std::size_t>(role)]; }
    [[nodiscard]] const account& account_of(memory_role role) const noexcept {
        return accounts_[static_cast<std::size_t>(role)];
    }
    [[nodiscard]] std::size_t limit_of(memory_role role) const noexcept;
    [[nodiscard]] std::size_t room_of(memory_role role) const noexcept;
    [[nodiscard]] static std::size_t level_of(const account& role, std::size_t bytes) noexcept;
    void want(memory_reservation& holder, std::size_t bytes) noexcept;
    void have(memory_reservation& holder, std::size_t bytes) noexcept;
    void deal() noexcept;
    void ask_back() noexcept;

    const memory_limits limits_;
    mutable std::mutex mutex_; ///< of all below
    std::array<account, memory_roles> accounts_;
    std::size_t reserved_ = 0; ///< by all roles
    std::size_t held_ = 0;     ///< by those that give nothing back
    std::atomic<bool> asks_back_{false};
};

/// Bytes that one holder has, of one role; given back at the latest when it goes. For one thread at a time.
class memory_reservation {
public:
    /// Of nothing yet.
    memory_reservation(memory_budget& budget, memory_role role) noexcept
        : budget_(budget), role_(role), most_(budget.limits_[role].of_holder) {}
    memory_reservation(const memory_reservation&) = delete;
    memory_reservation& operator=(const memory_reservation&) = delete;
    ~memory_reservation() { budget_.remove(*this); }

    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    /// That one holder may have.
    [[nodiscard]] std::size_t most() const noexcept { return most_; }
    /// Asks for so many bytes in all. Returns how many it has from now on, which may be fewer than it had: its holder comes
    /// down to them before it goes on.
    std::size_t resize(std::size_t wanted) {
        budget_.resize(*this, wanted);
        return bytes_;
    }
    /// Asks for the most that one holder may have.
    std::size_t resize_to_most() { return resize(most_); }
    /// Makes it as large as what is used, in steps. False: it is smaller, and its holder comes down to it before it goes on.
    /// Costs a few comparisons where it fits already.
    bool fit_to(std::size_t used) {
        constexpr std::size_t step = memory::reservation_step;
        if (!is_asked()) {
            if (used > bytes_ && bytes_ == most_) return false;
            if (used <= bytes_ && bytes_ == wanted_ && bytes_ <= (used == 0 ? 0 : used + 2 * step)) return true;
        }
        return resize(used == 0 ? 0 : used + step) >= used;
    }
    /// Whether it is to give back: its next `resize` or `fit_to` says how much.
    [[nodiscard]] bool is_asked() const noexcept { return asked_.load(std::memory_order_relaxed); }

private:
    friend class memory_budget;

    memory_budget& budget_;
    const memory_role role_;
    const std::size_t most_;
    // Written by its own thread, under the budget's lock:
    std::size_t bytes_ = 0;
    std::size_t wanted_ = 0;
    bool joined_ = false; ///< among the role's holders
    std::atomic<bool> asked_{false};
};

} // namespace streams::inline v0
