#include "src/core/memory_budget.hpp"

#include <algorithm>

namespace streams::inline v0 {
namespace {

constexpr std::array given_back{memory_role::hot_tier, memory_role::unwritten, memory_role::uncommitted,
                                memory_role::input_queues};

constexpr bool gives_back(memory_role role) { return role <= memory_role::input_queues; }
constexpr bool kept_for_life(memory_role role) { return role >= memory_role::fetch_queues; }

} // namespace

memory_use memory_budget::use(memory_role role) const {
    const std::lock_guard lock(mutex_);
    return {account_of(role).reserved, std::min(limit_of(role), limits_.total)};
}

std::size_t memory_budget::limit_of(memory_role role) const noexcept {
    return std::max(limits_[role].of_role, account_of(role).holders.size() * limits_[role].least);
}

std::size_t memory_budget::room_of(memory_role role) const noexcept {
    const std::size_t limit = limit_of(role); // falls when a holder goes
    const std::size_t taken = kept_for_life(role) ? held_ : std::min(reserved_, limits_.total);
    return std::min(limit - std::min(limit, account_of(role).reserved), limits_.total - taken);
}

void memory_budget::resize(memory_reservation& holder, std::size_t wanted) {
    const std::lock_guard lock(mutex_);
    account& role = account_of(holder.role_);
    if (!holder.joined_ && wanted > 0) {
        role.holders.push_back(&holder);
        holder.joined_ = true;
    }
    want(holder, std::min(wanted, holder.most_));
    deal();
    const std::size_t allowed = std::min(holder.wanted_, role.level);
    have(holder, std::min(allowed, holder.bytes_ + room_of(holder.role_)));
    ask_back();
}

void memory_budget::remove(memory_reservation& holder) noexcept {
    if (!holder.joined_) return;
    const std::lock_guard lock(mutex_);
    want(holder, 0);
    have(holder, 0);
    std::erase(account_of(holder.role_).holders, &holder);
    deal();
    ask_back();
}

void memory_budget::want(memory_reservation& holder, std::size_t bytes) noexcept {
    account_of(holder.role_).wanted += bytes - holder.wanted_;
    holder.wanted_ = bytes;
}

void memory_budget::have(memory_reservation& holder, std::size_t bytes) noexcept {
    account_of(holder.role_).reserved += bytes - holder.bytes_;
    reserved_ += bytes - holder.bytes_;
    if (!gives_back(holder.role_)) held_ += bytes - holder.bytes_;
    holder.bytes_ = bytes;
}

/// Finds the level of each role.
void memory_budget::deal() noexcept {
    std::array<std::size_t, memory_roles> met{}; ///< of what the role's holders want
    std::size_t sum = 0;
    for (std::size_t at = 0; at < memory_roles; ++at)
        sum += met[at] = std::min(accounts_[at].wanted, limit_of(static_cast<memory_role>(at)));
    std::size_t missing = sum - std::min(sum, limits_.total);
    for (std::size_t at = 0; at < memory_roles; ++at) {
        const std::size_t cut = std::min(missing, met[at]);
        missing -= cut;
        met[at] -= cut;
        accounts_[at].level = met[at] < accounts_[at].wanted ? level_of(accounts_[at], met[at]) : memory::unlimited;
    }
}

/// Up to which all that is wanted is met from so many bytes, which are fewer than that.
std::size_t memory_budget::level_of(const account& role, std::size_t bytes) noexcept {
    for (std::size_t level = 0;;) {
        std::size_t rest = bytes;
        std::size_t above = 0;
        for (const memory_reservation* holder : role.holders)
            if (holder->wanted_ > level)
                ++above;
            else
                rest -= holder->wanted_;
        if (rest / above == level) return level;
        level = rest / above;
    }
}

void memory_budget::ask_back() noexcept {
    const bool is_short =
        std::ranges::any_of(accounts_, [](const account& role) { return role.level != memory::unlimited; });
    if (!is_short && !asks_back()) return;
    bool any = false;
    for (const memory_role role : given_back) {
        const account& dealt = account_of(role);
        for (memory_reservation* holder : dealt.holders) {
            const bool asked = holder->bytes_ > dealt.level;
            holder->asked_.store(asked, std::memory_order_relaxed);
            any |= asked;
        }
    }
    asks_back_.store(any, std::memory_order_relaxed);
}

} // namespace streams::inline v0
