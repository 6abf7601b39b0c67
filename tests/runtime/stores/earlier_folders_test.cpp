#include "catch.hpp"
#include "runtime/temporary_folder.hpp"
#include "runtime/topologies.hpp"
#include "state/test_memory.hpp"

#include "src/runtime/stores/state_directory.hpp"
#include "state/managed_store.hpp"

#include <streams/core/manual_clock.hpp>
#include <streams/serde/standard.hpp>
#include <streams/state/typed_key_value_store.hpp>
#include <streams/state/typed_session_store.hpp>
#include <streams/state/typed_versioned_store.hpp>
#include <streams/state/typed_window_store.hpp>

// Folders that earlier versions wrote; folders/README.md says how.

using namespace streams;
using namespace std::chrono_literals;
using text = std::string;

namespace {

const std::filesystem::path folders = STREAMS_SOURCE_DIR "/tests/runtime/stores/folders";

/// The stores that each of the folders has, in one sub-topology.
std::vector<store_spec> specs() {
    std::vector<store_spec> all{
        {.name = "rows"},
        {.name = "local", .kind = key_value_kind{.timestamped = false}, .logging = false},
        {.name = "windows", .kind = window_kind{.size = 1min, .retention = 10min}},
        {.name = "twice",
         .kind = window_kind{.timestamped = false, .size = 1min, .retention = 10min, .retain_duplicates = true}},
        {.name = "sessions", .kind = session_kind{.retention = 10min}},
        {.name = "prices", .kind = versioned_kind{.retention = 10min}},
    };
    for (store_spec& each : all) each.caching = false;
    return all;
}

topology topology_with(const std::vector<store_spec>& stores) {
    topology t;
    t.add_source<text, text>("source", "in");
    t.add_processor("tap", [] { return std::make_unique<testing_support::tapping>(nullptr); }, {"source"});
    for (const store_spec& store : stores) t.add_store(store, {"tap"});
    return t;
}

/// A copy of one of the folders, opened as an application opens it.
class opened_folder {
public:
    explicit opened_folder(const std::filesystem::path& original) {
        std::filesystem::copy(original, folder_.path(),
                              std::filesystem::copy_options::recursive |
                                  std::filesystem::copy_options::overwrite_existing);
        directory_.open(topology_with(specs()));
    }
    managed_store& open(const store_spec& spec) {
        stores_.push_back(
            make_store(spec, {directory_.task_folder({0, 0}), current_, memory_.stores, nullptr, 0, &time_}));
        return *stores_.back();
    }
    managed_store& open(std::string_view name) {
        for (const store_spec& each : specs())
            if (each.name == name) return open(each);
        throw std::logic_error("no such store");
    }

private:
    testing_support::temporary_folder folder_;
    manual_clock time_;
    state_directory directory_{folder_.path(), time_};
    headers none_;
    record_context current_{{}, 0, &none_};
    state_test::test_memory memory_;
    std::vector<std::unique_ptr<managed_store>> stores_;
};

template <class Range>
auto collected(Range range) {
    std::vector<typename Range::iterator::value_type> found;
    for (const auto& entry : range) found.push_back(entry);
    return found;
}

using row = value_and_timestamp<text>;

} // namespace

TEST_CASE("a state folder that an earlier version wrote is opened, with all that its stores hold and their offsets") {
    std::size_t opened = 0;
    for (const auto& each : std::filesystem::directory_iterator(folders)) {
        if (!each.is_directory()) continue;
        INFO(each.path().filename());
        opened_folder folder(each.path());

        managed_store& rows = folder.open("rows");
        CHECK(rows.checkpoint() == 2);
        CHECK(collected(typed_key_value_store<text, row>(rows.store()).all()) ==
              std::vector<key_value<text, row>>{{"a", {"one", 1000}}, {"b", {"two", 2000}}, {"c", {"", 3000}}});

        managed_store& local = folder.open("local");
        CHECK(typed_key_value_store<text, text>(local.store()).get("a") == "alone");

        managed_store& windows = folder.open("windows");
        CHECK(windows.checkpoint() == 2);
        CHECK(collected(typed_window_store<text, row>(windows.store()).all()) ==
              std::vector<windowed_value<text, row>>{{"a", 60'000, {"first", 61'000}},
                                                     {"a", 120'000, {"second", 121'000}},
                                                     {"b", 120'000, {"third", 122'000}}});

        managed_store& twice = folder.open("twice");
        typed_window_store<text, text> values(twice.store());
        CHECK(twice.checkpoint() == 1);
        // The numbers go on where they were: no value takes another's place.
        values.put("a", "third", 60'000);
        CHECK(collected(values.fetch("a", 60'000, 60'000)) ==
              std::vector<windowed_value<text, text>>{
                  {"a", 60'000, "left"}, {"a", 60'000, "right"}, {"a", 60'000, "third"}});

        managed_store& sessions = folder.open("sessions");
        CHECK(sessions.checkpoint() == 1);
        CHECK(typed_session_store<text, text>(sessions.store()).fetch({"a", {1000, 4000}}) == "visit");
        CHECK(typed_session_store<text, text>(sessions.store()).fetch({"b", {2000, 9000}}) == "stay");

        managed_store& prices = folder.open("prices");
        typed_versioned_store<text, text> versions(prices.store());
        CHECK(prices.checkpoint() == 3);
        CHECK(versions.get("a")->value == "dear");
        CHECK(versions.get("a", 1500)->value == "cheap");
        CHECK(versions.get("b") == std::nullopt);
        CHECK(versions.get("b", 2000)->value == "free");
        ++opened;
    }
    CHECK(opened >= 2);
}

TEST_CASE("a store that an earlier version wrote is given headers where it is opened as one that keeps them") {
    opened_folder folder(folders / "133d7a9");
    store_spec spec = specs().front();
    REQUIRE(spec.keep_headers(true));
    managed_store& rows = folder.open(spec);
    CHECK(rows.checkpoint() == 2);
    CHECK(typed_key_value_store<text, value_timestamp_headers<text>>(rows.store()).get("b") ==
          value_timestamp_headers<text>{"two", 2000});
}

TEST_CASE("a store from before it noted when it had all of its changelog knows no such time") {
    opened_folder earlier(folders / "133d7a9");
    CHECK(earlier.open("rows").caught_up_at() == std::nullopt);
    opened_folder later(folders / "df7fc7e");
    CHECK(later.open("rows").caught_up_at() != std::nullopt);
}
