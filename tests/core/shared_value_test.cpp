#include "catch.hpp"

#include <streams/core/shared_callable.hpp>
#include <streams/core/shared_value.hpp>

#include <string>

using namespace streams::detail;

namespace {

struct counted {
    explicit counted(int& alive) : alive_(alive) { ++alive_; }
    counted(const counted& other) : alive_(other.alive_) { ++alive_; }
    ~counted() { --alive_; }
    int operator()(int more) const { return alive_ + more; }
    int& alive_;
};

struct base {
    std::string name = "base";
};
struct derived : base {
    explicit derived(int& alive) : held(alive) {}
    counted held;
};

} // namespace

TEST_CASE("a shared value goes with its last copy, also where that knows only its base") {
    int alive = 0;
    shared_value<const base> kept;
    CHECK_FALSE(kept);
    {
        const shared_value<derived> made(std::in_place, alive);
        kept = shared_value<base>(made);
        CHECK(alive == 1);
        CHECK(&*kept == made.get());
    }
    CHECK(alive == 1);
    CHECK(kept->name == "base");
    kept = nullptr;
    CHECK(alive == 0);
}

TEST_CASE("a shared callable goes with its last copy") {
    int alive = 0;
    {
        shared_callable<int(int)> call;
        CHECK_FALSE(call);
        call = counted(alive);
        const auto copy = call;
        CHECK(alive == 1);
        CHECK(copy(2) == 3);
    }
    CHECK(alive == 0);
}
