#include "src/runtime/stores/folder_format.hpp"

#include "catch.hpp"
#include "runtime/messages.hpp"
#include "runtime/temporary_folder.hpp"
#include "runtime/topologies.hpp"

#include "src/runtime/stores/state_directory.hpp"

#include <streams/core/manual_clock.hpp>

#include <fstream>

using namespace streams;
using testing_support::count_topology;
using testing_support::message_of;
using testing_support::says;

namespace {

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

} // namespace

TEST_CASE("a state folder notes the version of its layout, and one from before that is taken over") {
    const testing_support::temporary_folder folder;
    std::ofstream(folder.path() / "topology") << "counts: sub-topology 0, key-value, window 0 ms, changelog\n";
    const manual_clock time;
    for (int start = 0; start < 2; ++start) {
        state_directory states(folder.path(), time);
        CHECK_NOTHROW(states.open(count_topology(true)));
        CHECK(text_of(folder.path() / "format") == "1");
    }
}

TEST_CASE("a state folder that a newer version wrote is refused, and stays as it is") {
    const testing_support::temporary_folder folder;
    const manual_clock time;
    state_directory states(folder.path(), time);
    std::ofstream(folder.path() / "format") << "2\n";
    const auto message = message_of([&] { states.open(count_topology(true)); });
    CHECK(says(message, "has version 2, written by a newer version of the library, this one reads up to 1"));
    CHECK(says(message, "run the version that wrote it"));
    CHECK(text_of(folder.path() / "format") == "2");
    CHECK_FALSE(std::filesystem::exists(folder.path() / "topology"));
    std::ofstream(folder.path() / "format") << "1\n";
    CHECK_NOTHROW(states.open(count_topology(true)));
}

TEST_CASE("a file in the place of the version that says none is refused") {
    const testing_support::temporary_folder folder;
    for (const char* text : {"", "0", "one", "1 or 2"}) {
        std::ofstream(folder.path() / "format") << text << '\n';
        CHECK(says(message_of([&] { take_folder_format(folder.path()); }), "is no version of a state folder"));
    }
}
