#include "catch.hpp"

#include <streams/core/memory_role.hpp>

#include <set>
#include <string_view>

TEST_CASE("every role of memory has a name of its own") {
    std::set<std::string_view> names;
    for (std::size_t at = 0; at < streams::memory_roles; ++at)
        names.insert(to_string(static_cast<streams::memory_role>(at)));
    CHECK(names.size() == streams::memory_roles);
    CHECK_FALSE(names.contains("unknown"));
}
