#include "catch.hpp"
#include "runtime/temporary_folder.hpp"

#include "src/runtime/stores/process_id.hpp"

#include <streams/core/error.hpp>
#include <streams/core/manual_clock.hpp>

#include <fstream>
#include <string>

using namespace streams;

TEST_CASE("a process id is a UUID of random bits, another one for each process") {
    manual_clock chance;
    CHECK(make_process_id(chance) == "00000000-0000-4001-8000-000000000002");
    CHECK(make_process_id(chance) == "00000000-0000-4003-8000-000000000004");
    CHECK(make_process_id(machine()) != make_process_id(machine()));
}

TEST_CASE("a state folder keeps the process id over restarts") {
    const testing_support::temporary_folder folder;
    manual_clock chance;
    const auto first = process_id_in(folder.path(), chance);
    CHECK(process_id_in(folder.path(), chance) == first);
}

TEST_CASE("the process id of a Kafka Streams application whose state folder is taken over is kept") {
    const testing_support::temporary_folder folder;
    std::ofstream(folder.path() / "kafka-streams-process-metadata")
        << "{\"processId\":\"1b4db7eb-4057-5ddf-91e0-36dec72071f5\"}";
    manual_clock chance;
    CHECK(process_id_in(folder.path(), chance) == "1b4db7eb-4057-5ddf-91e0-36dec72071f5");
}

TEST_CASE("a file without a process id gets one") {
    const testing_support::temporary_folder folder;
    std::ofstream(folder.path() / "kafka-streams-process-metadata") << "{\"processId\":\"torn";
    manual_clock chance;
    const auto made = process_id_in(folder.path(), chance);
    CHECK(made.size() == 36);
    CHECK(process_id_in(folder.path(), chance) == made);
}

TEST_CASE("a process id that the disk refuses says which file") {
    manual_clock chance;
    CHECK_THROWS_WITH(process_id_in("/proc/nowhere", chance),
                      containing("/proc/nowhere/kafka-streams-process-metadata"));
}
