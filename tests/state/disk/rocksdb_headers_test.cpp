#include "catch.hpp"
#include "state/disk/rocksdb_backing.hpp"
#include "state/store_identity.hpp"
#include "state/store_under_test.hpp"

#include <streams/serde/standard.hpp>
#include <streams/state/stores.hpp>
#include <streams/state/typed_key_value_store.hpp>
#include <streams/state/typed_session_store.hpp>
#include <streams/state/typed_window_store.hpp>

using namespace state_test;
using std::chrono::minutes;

namespace {

using row = streams::value_timestamp_headers<std::string>;
using plain_row = streams::value_and_timestamp<std::string>;

std::string key_of(int number) { return "key-" + std::to_string(number); }

/// Has the store of `before` written by `write`, closed, and opened as that of `after`.
template <class Write>
std::unique_ptr<store_under_test> reopened(const temporary_folder& folder, const streams::store_spec& before,
                                           const streams::store_spec& after, Write write) {
    store_under_test store(before, 0, folder.path());
    write(store);
    store.commit();
    store.managed->close();
    store.managed.reset();
    return std::make_unique<store_under_test>(after, 0, folder.path());
}

} // namespace

TEST_CASE("a key-value store without headers is taken over by one that keeps them, without its changelog") {
    const temporary_folder folder;
    constexpr int rows = 20'000; // several batches
    const auto store = reopened(folder, streams::stores::key_value("rows", {.timestamped = true}),
                                streams::stores::key_value("rows", {.headers = true}), [](store_under_test& old) {
                                    streams::typed_key_value_store<std::string, plain_row> typed(old.managed->store());
                                    for (int each = 0; each < rows; ++each)
                                        typed.put(key_of(each), {"value of " + key_of(each), each});
                                });
    CHECK(store->managed->checkpoint() == rows - 1);
    streams::typed_key_value_store<std::string, row> typed(store->managed->store());
    int found = 0;
    for (const auto& [key, value] : typed.all()) {
        if (value != row{"value of " + key, std::stoi(key.substr(4))}) FAIL_CHECK(key);
        ++found;
    }
    CHECK(found == rows);
    typed.put("key-7", {"new", 8, {{"trace", bytes("1")}}});
    store->commit();
    store->reopen();
    CHECK(streams::typed_key_value_store<std::string, row>(store->managed->store()).get("key-7") ==
          row{"new", 8, {{"trace", bytes("1")}}});
}

TEST_CASE("window and session stores without headers are taken over by ones that keep them") {
    const temporary_folder folder;
    const auto windows = reopened(
        folder, streams::stores::window("windows", minutes(10), minutes(1), {.timestamped = true}),
        streams::stores::window("windows", minutes(10), minutes(1), {.headers = true}), [](store_under_test& old) {
            streams::typed_window_store<std::string, plain_row>(old.managed->store()).put("a", {"one", 61'000}, 60'000);
        });
    CHECK(streams::typed_window_store<std::string, row>(windows->managed->store()).fetch("a", 60'000) ==
          row{"one", 61'000});
    const auto sessions = reopened(
        folder, streams::stores::session("sessions", minutes(10)),
        streams::stores::session("sessions", minutes(10), {.headers = true}), [](store_under_test& old) {
            streams::typed_session_store<std::string, std::string>(old.managed->store()).put({"a", {1, 5}}, "one");
        });
    using value = streams::aggregation_with_headers<std::string>;
    CHECK(streams::typed_session_store<std::string, value>(sessions->managed->store()).fetch({"a", {1, 5}}) ==
          value{"one", {}});
}

TEST_CASE("a store that kept headers is not read as one without") {
    const temporary_folder folder;
    CHECK_THROWS_AS(
        reopened(folder, streams::stores::key_value("rows", {.headers = true}),
                 streams::stores::key_value("rows", {.timestamped = true}),
                 [](store_under_test& old) {
                     streams::typed_key_value_store<std::string, row>(old.managed->store()).put("a", {"one", 1});
                 }),
        streams::corrupt_state_error);
}

TEST_CASE("entries that were given headers before a crash are not given them again") {
    const temporary_folder folder;
    test_memory memory;
    const auto before = streams::identity_of(streams::stores::key_value("rows", {.timestamped = true}));
    const auto after = streams::identity_of(streams::stores::key_value("rows", {.headers = true}));
    const std::string given("\0old", 4);
    const std::string progress("\0headers", 8);
    {
        // As after a crash behind the second entry.
        const std::vector<streams::backing_write> entries{
            {bytes_view(progress), bytes_view(std::string_view("\1b"))},
            {bytes_view(std::string_view("\1a")), bytes_view(given)},
            {bytes_view(std::string_view("\1b")), bytes_view(given)},
            {bytes_view(std::string_view("\1c")), bytes_view(std::string_view("old"))}};
        const auto disk = streams::open_rocksdb_backing(folder.path(), before, memory.stores);
        disk->write(entries, std::nullopt, {.offset = 3});
        disk->flush(true);
    }
    for (int opening = 0; opening < 2; ++opening) {
        const auto disk = streams::open_rocksdb_backing(folder.path(), after, memory.stores);
        CHECK(disk->position().offset == 3);
        bytes found;
        for (const char* key : {"\1a", "\1b", "\1c"}) {
            REQUIRE(disk->get(bytes_view(std::string_view(key)), found));
            CHECK(found.text() == given);
        }
        CHECK_FALSE(disk->get(bytes_view(progress), found));
    }
}
