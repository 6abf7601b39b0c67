#include "catch.hpp"

#include "src/runtime/tasks/pending_nodes.hpp"

#include <streams/core/execution.hpp>

#include <functional>
#include <string>
#include <vector>

using namespace streams;

namespace {

struct fake_pending final : pending_records {
    [[nodiscard]] std::size_t count() const noexcept override { return pending; }
    [[nodiscard]] bool full() const noexcept override { return pending >= 2; }
    [[nodiscard]] std::size_t bytes() const noexcept override { return pending * bytes_each; }
    [[nodiscard]] std::int64_t next() const noexcept override { return due; }
    void go_on() override {
        due = never;
        work();
    }

    std::size_t pending = 0;
    std::size_t bytes_each = 1;
    std::int64_t due = never;
    std::function<void()> work = [] {};
};

memory_limits with_room_for(std::size_t bytes) {
    memory_limits limits;
    limits[memory_role::pending_records] = {bytes, bytes};
    return limits;
}

} // namespace

TEST_CASE("nodes go on once each, in the order in which records pass them, where something is due") {
    std::vector<std::string> order;
    fake_pending first;
    fake_pending last;
    pending_nodes nodes({});
    nodes.add(first);
    nodes.add(last);
    first.work = [&] {
        order.emplace_back("first");
        last.due = 5;
    };
    last.work = [&] {
        order.emplace_back("last");
        first.due = 5;
    };
    first.due = 10;
    CHECK(nodes.next() == 10);
    nodes.go_on(9);
    CHECK(order.empty());
    nodes.go_on(10);
    CHECK(order == std::vector<std::string>{"first", "last"});
    CHECK(nodes.next() == 5);
}

TEST_CASE("a task has room while no node is full, and no more is pending than its thread admits") {
    std::size_t most = 3;
    fake_pending first;
    fake_pending last;
    pending_nodes nodes({.most = &most});
    nodes.add(first);
    nodes.add(last);
    CHECK(nodes.count() == 0);
    first.pending = last.pending = 1;
    CHECK(nodes.have_room());
    most = 2;
    CHECK_FALSE(nodes.have_room());
    most = 3;
    last.pending = 2;
    CHECK_FALSE(nodes.have_room());
    first.pending = last.pending = 0;
    most = 0;
    CHECK(nodes.have_room());
}

TEST_CASE("pending records take no more memory than the budget has, but one is always let in") {
    constexpr std::size_t room = 1'000'000;
    memory_budget budget(with_room_for(room));
    fake_pending node;
    pending_nodes nodes({.budget = &budget});
    CHECK(budget.reserved(memory_role::pending_records) == 0);
    nodes.add(node);
    node.bytes_each = 2 * room;
    CHECK(nodes.have_room());
    node.pending = 1;
    CHECK_FALSE(nodes.have_room());
    CHECK(budget.reserved(memory_role::pending_records) <= room);
    node.pending = 0;
    CHECK(nodes.have_room());
    CHECK(budget.reserved(memory_role::pending_records) == 0);
}
