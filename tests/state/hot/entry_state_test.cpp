#include "catch.hpp"
#include "state/hot/entry_state.hpp"

#include <array>
#include <set>
#include <utility>

using streams::entry_state;
using enum streams::entry_state;

namespace {

constexpr std::array all{unread, clean, unwritten, dirty, drained, redirtied, retracted};

std::set<entry_state> next_of(entry_state from) {
    std::set<entry_state> found;
    for (const entry_state to : all)
        if (streams::may_become(from, to)) found.insert(to);
    return found;
}

} // namespace

TEST_CASE("an entry moves from a write to the changelog and to the disk, and nowhere else") {
    CHECK(next_of(unread) == std::set{clean, dirty});
    CHECK(next_of(clean) == std::set{unwritten, dirty});
    CHECK(next_of(unwritten) == std::set{unwritten, clean, dirty});
    CHECK(next_of(dirty) == std::set{dirty, drained, retracted, unread, clean, unwritten});
    CHECK(next_of(drained) == std::set{redirtied, unread, clean, unwritten});
    CHECK(next_of(redirtied) == std::set{redirtied, drained, dirty, unread, clean, unwritten});
    CHECK(next_of(retracted) == std::set{dirty, unread, clean, unwritten});
}

TEST_CASE("what is pending reaches the disk only by way of what is committed") {
    for (const entry_state state : all) {
        CHECK((!is_dirty(state) || is_pending(state)));
        CHECK((!has_drained(state) || is_pending(state)));
        if (!is_pending(state)) CHECK_FALSE(streams::may_become(state, drained));
    }
    CHECK_FALSE(streams::may_become(unread, unwritten));
}

TEST_CASE("every state is reached from an entry that was just loaded") {
    std::set reached{clean};
    for (std::size_t before = 0; before != reached.size();) {
        before = reached.size();
        for (const entry_state from : std::set(reached)) reached.merge(next_of(from));
    }
    CHECK(reached.size() == all.size());
}
