#include "catch.hpp"
#include "src/core/memory_budget.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <memory>
#include <thread>
#include <vector>

using streams::memory_budget;
using streams::memory_limits;
using streams::memory_reservation;
using streams::memory_role;
using enum streams::memory_role;

namespace {

constexpr std::size_t mib = streams::memory::mib;

/// Every role may have all there is.
memory_limits limits_of(std::size_t total) {
    memory_limits limits;
    for (auto& each : limits.by_role) each = {total, total};
    limits.total = total;
    return limits;
}

} // namespace

TEST_CASE("a reservation has what it asks for while there is enough, and gives it back when it goes") {
    memory_budget budget(limits_of(100));
    memory_reservation first(budget, hot_tier);
    {
        memory_reservation second(budget, hot_tier);
        CHECK(first.resize(60) == 60);
        CHECK(second.resize(40) == 40);
        CHECK(budget.reserved(hot_tier) == 100);
    }
    CHECK(budget.reserved(hot_tier) == 60);
    CHECK(first.resize(10) == 10);
    CHECK(budget.reserved(hot_tier) == 10);
}

TEST_CASE("a holder has no more than one of its role may") {
    auto limits = limits_of(100);
    limits[hot_tier].of_holder = 30;
    memory_budget budget(limits);
    memory_reservation store(budget, hot_tier);
    CHECK(store.resize(50) == 30);
    CHECK_FALSE(budget.asks_back());
}

TEST_CASE("a holder that has more than its part is asked to give back before another is refused for long") {
    memory_budget budget(limits_of(100));
    memory_reservation large(budget, hot_tier);
    memory_reservation late(budget, hot_tier);
    REQUIRE(large.resize(100) == 100);
    CHECK(late.resize(50) == 0);
    CHECK(budget.asks_back());
    CHECK(large.is_asked());
    CHECK_FALSE(late.is_asked());

    CHECK(large.resize(100) == 50);
    CHECK_FALSE(budget.asks_back());
    CHECK(late.resize(50) == 50);
}

TEST_CASE("who needs little has all of it, however much others want") {
    memory_budget budget(limits_of(90));
    memory_reservation small(budget, hot_tier);
    memory_reservation second(budget, hot_tier);
    memory_reservation third(budget, hot_tier);
    REQUIRE(second.resize(90) == 90);
    REQUIRE(third.resize(90) == 0);
    REQUIRE(small.resize(10) == 0);
    CHECK(second.resize(90) == 40);
    CHECK(third.resize(90) == 40);
    CHECK(small.resize(10) == 10);
}

TEST_CASE("those that stay get more when others leave") {
    memory_budget budget(limits_of(90));
    memory_reservation stays(budget, hot_tier);
    {
        memory_reservation leaves(budget, hot_tier);
        REQUIRE(leaves.resize(90) == 90);
        REQUIRE(stays.resize(90) == 0);
        REQUIRE(leaves.resize(90) == 45);
        REQUIRE(stays.resize(90) == 45);
    }
    CHECK(stays.resize(90) == 90);
}

TEST_CASE("roles give back in their order, and what is kept for life is not asked for") {
    memory_budget budget(limits_of(100));
    memory_reservation clean(budget, hot_tier);
    memory_reservation updates(budget, uncommitted);
    memory_reservation queued(budget, input_queues);
    memory_reservation blocks(budget, block_cache);
    REQUIRE(blocks.resize(20) == 20);
    REQUIRE(queued.resize(20) == 20);
    REQUIRE(updates.resize(30) == 30);
    REQUIRE(clean.resize(30) == 30);

    memory_reservation fetched(budget, fetch_queues);
    static_cast<void>(fetched.resize(10));
    CHECK(clean.is_asked());
    CHECK_FALSE(updates.is_asked());
    static_cast<void>(fetched.resize(50));
    CHECK(updates.is_asked());
    CHECK_FALSE(queued.is_asked());
    static_cast<void>(fetched.resize(80));
    CHECK(queued.is_asked());
    CHECK_FALSE(blocks.is_asked());

    CHECK(clean.resize(30) == 0);
    CHECK(updates.resize(30) == 0);
    CHECK(queued.resize(20) == 0);
    CHECK_FALSE(budget.asks_back());
    CHECK(clean.resize(30) == 0);
}

TEST_CASE("what is kept for life is had at once, never more than the total of it, and the others come down") {
    memory_budget budget(limits_of(100));
    memory_reservation clean(budget, hot_tier);
    REQUIRE(clean.resize(100) == 100);
    memory_reservation sent(budget, send_queues);
    CHECK(sent.resize(60) == 60);
    CHECK(budget.asks_back());
    CHECK(clean.resize(100) == 40);
    CHECK_FALSE(budget.asks_back());
    memory_reservation fetched(budget, fetch_queues);
    CHECK(fetched.resize_to_most() == 40);
    CHECK(clean.resize(100) == 0);
    memory_reservation blocks(budget, block_cache);
    CHECK(blocks.resize_to_most() == 0);
}

TEST_CASE("records that wait for answers take what is left, and no more while others have not given back") {
    memory_budget budget(limits_of(100));
    memory_reservation clean(budget, hot_tier);
    REQUIRE(clean.resize(80) == 80);
    memory_reservation waiting(budget, pending_records);
    CHECK(waiting.resize(50) == 20);
    CHECK(clean.resize(80) == 50);
    CHECK(waiting.resize(50) == 50);
}

TEST_CASE("a role says what it has and what it may have") {
    auto limits = limits_of(100);
    limits[hot_tier] = {30, 20, 15};
    memory_budget budget(limits);
    CHECK(budget.use(hot_tier).limit == 30);
    CHECK(budget.use(uncommitted).limit == 100);
    std::vector<std::unique_ptr<memory_reservation>> stores;
    for (int at = 0; at < 4; ++at) {
        stores.push_back(std::make_unique<memory_reservation>(budget, hot_tier));
        static_cast<void>(stores.back()->resize(10));
    }
    CHECK(budget.use(hot_tier).reserved == 40);
    CHECK(budget.use(hot_tier).limit == 60);
}

TEST_CASE("the least of a holder raises the limit of its role, but not the total") {
    auto limits = limits_of(100);
    limits[hot_tier] = {10, 50, 20};
    memory_budget budget(limits);
    std::vector<std::unique_ptr<memory_reservation>> stores;
    for (int at = 0; at < 6; ++at) {
        stores.push_back(std::make_unique<memory_reservation>(budget, hot_tier));
        static_cast<void>(stores.back()->resize(20));
    }
    for (const auto& each : stores) CHECK(each->resize(20) >= 16);
    CHECK(budget.reserved(hot_tier) <= 100);
}

TEST_CASE("a reservation that fits what is used follows it in steps") {
    memory_budget budget(limits_of(4 * mib));
    memory_reservation store(budget, hot_tier);
    CHECK(store.fit_to(1));
    const std::size_t step = store.bytes();
    CHECK(step > 1'000);
    CHECK(store.fit_to(step));
    CHECK(store.bytes() == step);
    CHECK(store.fit_to(mib));
    CHECK(store.bytes() >= mib);
    CHECK_FALSE(store.fit_to(4 * mib + 1));
    CHECK(store.bytes() == 4 * mib);
    CHECK(store.fit_to(0));
    CHECK(store.bytes() == 0);
}

// Random requests by random holders, whose limits are random too.

namespace {

struct request {
    int holder;
    int bytes; ///< none: the holder goes, and comes again with nothing
};

std::ostream& operator<<(std::ostream& out, const request& made) { return out << made.holder << ':' << made.bytes; }

rc::Gen<std::vector<request>> requests() {
    return rc::gen::container<std::vector<request>>(
        rc::gen::construct<request>(rc::gen::inRange(0, 16), rc::gen::inRange(-10, 200)));
}

rc::Gen<memory_limits> some_limits() {
    const auto one = rc::gen::map(
        rc::gen::tuple(rc::gen::inRange(1, 300), rc::gen::inRange(1, 300), rc::gen::inRange(0, 20)),
        [](const std::tuple<int, int, int>& drawn) {
            const auto [of_role, of_holder, least] = drawn;
            return streams::memory_limit{static_cast<std::size_t>(of_role), static_cast<std::size_t>(of_holder),
                                         static_cast<std::size_t>(std::min(least, of_holder))};
        });
    return rc::gen::map(
        rc::gen::pair(rc::gen::container<std::vector<streams::memory_limit>>(streams::memory_roles, one),
                      rc::gen::inRange(1, 900)),
        [](const std::pair<std::vector<streams::memory_limit>, int>& drawn) {
            memory_limits limits;
            std::ranges::copy(drawn.first, limits.by_role.begin());
            limits.total = static_cast<std::size_t>(drawn.second);
            return limits;
        });
}

/// Sixteen holders, two of each role.
struct holders {
    explicit holders(const memory_limits& given) : limits(given), budget(given) {
        for (std::size_t at = 0; at < 16; ++at) join(at);
    }
    [[nodiscard]] static memory_role role_of(std::size_t holder) {
        return static_cast<memory_role>(holder % streams::memory_roles);
    }
    void join(std::size_t at) {
        reservations[at] = std::make_unique<memory_reservation>(budget, role_of(at));
        wanted[at] = 0;
    }
    void make(const request& one) {
        const auto at = static_cast<std::size_t>(one.holder);
        if (one.bytes < 0) return join(at);
        wanted[at] = std::min(static_cast<std::size_t>(one.bytes), limits[role_of(at)].of_holder);
        static_cast<void>(reservations[at]->resize(wanted[at]));
    }
    /// Everybody asks again for what it wants, until nothing changes.
    void settle() {
        for (int round = 0; round < 3; ++round)
            for (std::size_t at = 0; at < 16; ++at) static_cast<void>(reservations[at]->resize(wanted[at]));
    }
    [[nodiscard]] std::size_t sum(memory_role first = hot_tier) const {
        std::size_t all = 0;
        for (auto at = static_cast<std::size_t>(first); at < streams::memory_roles; ++at)
            all += budget.reserved(static_cast<memory_role>(at));
        return all;
    }

    memory_limits limits;
    memory_budget budget;
    std::map<std::size_t, std::unique_ptr<memory_reservation>> reservations;
    std::map<std::size_t, std::size_t> wanted;
};

} // namespace

TEST_CASE("the roles have no more than the total unless it is asked back, nor ever a role more than its limit") {
    CHECK(rc::check([] {
        holders all(*some_limits());
        for (const request& one : *requests()) {
            all.make(one);
            RC_ASSERT(all.sum(pending_records) <= all.limits.total);
            RC_ASSERT(all.budget.asks_back() || all.sum() <= all.limits.total);
            for (std::size_t at = 0; at < streams::memory_roles; ++at) {
                const auto role = static_cast<memory_role>(at);
                std::size_t sum = 0;
                for (const auto& [holder, reservation] : all.reservations)
                    if (holders::role_of(holder) == role) sum += reservation->bytes();
                RC_ASSERT(sum == all.budget.reserved(role));
                RC_ASSERT(sum <= std::max(all.limits[role].of_role, 2 * all.limits[role].least));
            }
        }
    }));
}

TEST_CASE("once all have given back what they were asked for, nobody is refused what another has above its part") {
    CHECK(rc::check([] {
        holders all(*some_limits());
        for (const request& one : *requests()) all.make(one);
        all.settle();
        RC_ASSERT_FALSE(all.budget.asks_back());
        for (const auto& [at, reservation] : all.reservations) {
            RC_ASSERT_FALSE(reservation->is_asked());
            if (all.wanted[at] <= reservation->bytes() + 1) continue; // what does not divide evenly is left over
            for (const auto& [other, its] : all.reservations)
                if (holders::role_of(other) == holders::role_of(at))
                    RC_ASSERT(its->bytes() <= reservation->bytes() + 1);
        }
    }));
}

TEST_CASE("no role is refused what its limit lets it have while one that gives back earlier has anything") {
    CHECK(rc::check([] {
        holders all(*some_limits());
        for (const request& one : *requests()) all.make(one);
        all.settle();
        std::size_t of_earlier = 0;
        for (std::size_t at = 0; at < streams::memory_roles; ++at) {
            const auto role = static_cast<memory_role>(at);
            const std::size_t wanted = all.wanted[at] + all.wanted[at + streams::memory_roles];
            const std::size_t reserved = all.budget.reserved(role);
            if (reserved + 1 < std::min(wanted, all.limits[role].of_role)) RC_ASSERT(of_earlier == 0U);
            of_earlier += reserved;
        }
    }));
}

TEST_CASE("holders on many threads never have more than there is") {
    memory_budget budget(limits_of(1'000));
    std::vector<std::thread> threads;
    for (int number = 0; number < 4; ++number)
        threads.emplace_back([&, number] {
            memory_reservation own(budget, number % 2 == 0 ? hot_tier : uncommitted);
            for (std::size_t round = 0; round < 2'000; ++round) {
                static_cast<void>(own.resize(round * 7 % 900));
                if (budget.asks_back() && own.is_asked()) static_cast<void>(own.resize(own.bytes()));
            }
        });
    std::size_t most = 0;
    for (int look = 0; look < 1'000; ++look) most = std::max(most, budget.reserved(hot_tier));
    for (auto& each : threads) each.join();
    CHECK(most <= 1'000);
    CHECK(budget.reserved(hot_tier) + budget.reserved(uncommitted) == 0);
}
