#include "catch.hpp"
#include "state/disk/copied_store.hpp"
#include "state/store_under_test.hpp"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cstdlib>
#include <random>

using namespace state_test;

// What a killed process leaves behind is what its disk holds: a copy of the folder at any moment between two calls, or
// the folder of a process that ended without closing. Both must open as the changelog was at the offset they name.

namespace {

constexpr std::int64_t minute = 60'000;

const streams::store_kind key_values = streams::key_value_kind{.timestamped = false};
const streams::store_kind windows =
    streams::window_kind{.timestamped = false, .size = std::chrono::minutes(1), .retention = std::chrono::hours(100)};
const streams::store_kind versions = streams::versioned_kind{std::chrono::hours(100)};

streams::store_spec spec_of(const streams::store_kind& kind) {
    return {.name = "store", .kind = kind, .caching = false};
}

std::map<std::string, std::string> content_of(streams::state_store& store) {
    std::map<std::string, std::string> content;
    if (auto* kv = dynamic_cast<streams::key_value_store*>(&store))
        for (const auto& [key, value] : read_all(kv->all())) content[key] = value;
    else
        for (const auto& row : read_all(dynamic_cast<streams::window_store&>(store).fetch_all(0, 1'000 * minute)))
            content[window_key(row.key, row.start)] = row.value;
    return content;
}

/// Opens a copy of the store in `folder` and compares it with the changelog up to the offset it names.
void check_copy(const streams::store_spec& spec, const std::filesystem::path& folder, const changelog& log) {
    temporary_folder copy;
    copy_patiently(folder / spec.name, copy.path() / spec.name);
    streams::record_context current;
    changelog ignored;
    test_memory memory;
    const auto found = streams::make_store(spec, {copy.path(), current, memory.stores, &ignored});
    const auto offset = found->checkpoint();
    const std::size_t covered = offset ? static_cast<std::size_t>(*offset) + 1 : 0;
    REQUIRE(covered <= log.records.size());
    REQUIRE(content_of(found->store()) == log.compacted(covered));
}

void random_updates(store_under_test& store, const streams::store_kind& kind, std::mt19937& random, int count) {
    const std::string payload(300, 'x');
    for (int at = 0; at < count; ++at) {
        const std::string key = "key" + std::to_string(random() % 200);
        const auto value = random() % 5 == 0 ? std::nullopt : std::optional(std::to_string(random()) + payload);
        if (kind == key_values)
            store.put(key, value);
        else
            store.put(key, value, static_cast<std::int64_t>(random() % 20) * minute);
    }
}

} // namespace

TEST_CASE("a store killed at any step opens as the changelog stood at the offset it names") {
    const auto kind = GENERATE(key_values, windows);
    const auto spec = spec_of(kind);
    std::mt19937 random(7);
    store_under_test store(spec);
    std::size_t committed = 0;
    for (int step = 0; step < 24; ++step) {
        random_updates(store, kind, random, 50);
        check_copy(spec, store.folder.path(), store.log);
        store.managed->flush();
        if (step % 7 == 3) {
            store.managed->rollback();
            store.log.abort_from(committed);
            check_copy(spec, store.folder.path(), store.log);
            continue;
        }
        check_copy(spec, store.folder.path(), store.log);
        store.managed->committed(store.log.last_offset());
        committed = store.log.records.size();
        check_copy(spec, store.folder.path(), store.log);
        store.clock.advance(std::chrono::milliseconds(step % 5 == 4 ? 70'000 : step % 3 * 500));
    }
    store.managed->close();
    check_copy(spec, store.folder.path(), store.log);
}

/// The same work for the same seed: in a process that is killed, and in the one that checks what it left. Returns the times
/// of the commits, by offset.
std::map<std::int64_t, std::int64_t> repeatable_work(store_under_test& store, const streams::store_kind& kind,
                                                     int steps) {
    std::mt19937 random(11);
    std::map<std::int64_t, std::int64_t> times;
    for (int step = 0; step < steps; ++step) {
        random_updates(store, kind, random, 100);
        store.commit();
        times[*store.log.last_offset()] = store.clock.wall_ms();
        store.clock.advance(std::chrono::seconds(40));
    }
    return times;
}

constexpr int steps_of_work = 300;

// Run by the test below in a process of its own: RocksDB's threads do not outlive a fork.
TEST_CASE("the process that is killed", "[.]") {
    const char* folder = std::getenv("STREAMS_TEST_STATE_FOLDER");
    REQUIRE(folder);
    const auto kind = std::getenv("STREAMS_TEST_WINDOWS") ? windows : key_values;
    store_under_test store(spec_of(kind), 0, folder);
    repeatable_work(store, kind, steps_of_work);
    ::kill(::getpid(), SIGKILL);
}

TEST_CASE("a process killed at any moment leaves a store that its changelog completes") {
    const auto kind = GENERATE(key_values, windows);
    const int patience_ms = GENERATE(20, 60, 200, 20'000);
    store_under_test survivor(spec_of(kind));
    survivor.managed->close();
    survivor.managed.reset();

    ::setenv("STREAMS_TEST_STATE_FOLDER", survivor.folder.path().c_str(), 1);
    if (kind == windows)
        ::setenv("STREAMS_TEST_WINDOWS", "1", 1);
    else
        ::unsetenv("STREAMS_TEST_WINDOWS");
    char name[] = "the process that is killed";
    char program[] = "test_state";
    char* arguments[] = {program, name, nullptr};
    pid_t child = 0;
    REQUIRE(::posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments, environ) == 0);
    int status = 0;
    for (int waited = 0; ::waitpid(child, &status, WNOHANG) == 0; ++waited) {
        if (waited == patience_ms) ::kill(child, SIGKILL);
        ::usleep(1'000);
    }
    REQUIRE(WIFSIGNALED(status));
    REQUIRE(WTERMSIG(status) == SIGKILL);

    store_under_test twin(spec_of(kind));
    const auto times = repeatable_work(twin, kind, steps_of_work);
    survivor.log = twin.log;
    survivor.open();
    const auto covered = survivor.managed->checkpoint();
    const std::size_t records = covered ? static_cast<std::size_t>(*covered) + 1 : 0;
    if (patience_ms == 20'000) CHECK(records > 0);
    if (covered) CHECK(survivor.managed->caught_up_at() == times.at(*covered));
    CHECK(content_of(survivor.managed->store()) == twin.log.compacted(records));
    survivor.catch_up();
    CHECK(content_of(survivor.managed->store()) == twin.log.compacted(twin.log.records.size()));
}

TEST_CASE("a restore that is interrupted goes on where the disk stands") {
    const auto kind = GENERATE(key_values, windows);
    const auto spec = spec_of(kind);
    std::mt19937 random(13);
    store_under_test source(spec);
    for (int step = 0; step < 10; ++step) {
        random_updates(source, kind, random, 100);
        source.commit();
    }
    store_under_test copy(spec);
    copy.log = source.log;
    const auto all = copy.log.read();
    const std::span<const streams::record_view> records(all);
    copy.managed->restore(records.subspan(0, records.size() / 2));
    copy.managed->close();
    copy.open();
    const auto offset = copy.managed->checkpoint();
    REQUIRE(offset == static_cast<std::int64_t>(records.size() / 2) - 1);
    CHECK(content_of(copy.managed->store()) == copy.log.compacted(records.size() / 2));
    copy.catch_up();
    CHECK(content_of(copy.managed->store()) == content_of(source.managed->store()));
    CHECK(copy.managed->checkpoint() == source.log.last_offset());
}

TEST_CASE("a store killed at any step knows when it last had all of its changelog") {
    const auto kind = GENERATE(key_values, windows, versions);
    auto spec = spec_of(kind);
    spec.caching = false;
    std::mt19937 random(17);
    store_under_test store(spec);
    std::map<std::int64_t, std::int64_t> complete_at; // by offset
    for (int step = 0; step < 20; ++step) {
        if (kind == versions)
            store.versions().put(bytes_view("key"), bytes_view("value"), step * minute);
        else
            random_updates(store, kind, random, 20);
        store.clock.advance(std::chrono::milliseconds(400));
        store.commit();
        complete_at[*store.log.last_offset()] = store.clock.wall_ms();
        temporary_folder copy;
        copy_patiently(store.folder.path() / spec.name, copy.path() / spec.name);
        streams::record_context current;
        store.clock.advance(std::chrono::hours(1));
        const auto found =
            streams::make_store(spec, {copy.path(), current, store.memory->stores, &store.log, 0, &store.clock});
        if (const auto offset = found->checkpoint()) CHECK(found->caught_up_at() == complete_at.at(*offset));
    }
    store.managed->close();
    store.restart();
    CHECK(store.managed->caught_up_at() == store.clock.wall_ms());
}

TEST_CASE("a restore that is interrupted leaves the time of the store as it was, one from nothing that of its begin") {
    const auto spec = spec_of(key_values);
    store_under_test store(spec);
    const auto restore_half = [&] {
        store.put("a", "1");
        store.commit();
        for (int row = 0; row < 10; ++row) store.log.append(bytes_view("b"), bytes_view("2"), -1, nullptr);
        store.managed->close();
        store.clock.advance(std::chrono::hours(1));
        store.open();
        const auto from = store.managed->checkpoint();
        const auto rest = store.log.read(from ? *from + 1 : 0);
        store.clock.advance(std::chrono::hours(1));
        store.managed->restore(std::span(rest).first(5));
        store.managed->close();
        store.open();
    };
    restore_half();
    CHECK(store.managed->caught_up_at() == 0);
    store.managed.reset();
    std::filesystem::remove_all(store.folder.path() / spec.name);
    const auto begun = store.clock.wall_ms();
    store.open();
    const auto all = store.log.read();
    store.clock.advance(std::chrono::hours(1));
    store.managed->restore(std::span(all).first(3));
    store.managed->close();
    store.open();
    CHECK(store.managed->checkpoint() == 2);
    CHECK(store.managed->caught_up_at() == begun);
}

TEST_CASE("a store that follows its changelog is on the disk as far as it had all of it, and knows since when") {
    const auto kind = GENERATE(key_values, windows);
    const auto spec = spec_of(kind);
    std::mt19937 random(5);
    store_under_test store(spec);
    random_updates(store, kind, random, 50);
    store.commit();
    store.managed.reset();
    std::filesystem::remove_all(store.folder.path() / spec.name);
    store.open();
    const auto last = *store.log.last_offset();
    store.managed->restore(store.log.read());
    CHECK_FALSE(store.managed->checkpoint());
    store.clock.advance(std::chrono::hours(1));
    const auto then = store.clock.wall_ms();
    store.managed->caught_up(last, then);
    CHECK(store.managed->checkpoint() == last);
    CHECK(store.managed->caught_up_at() == then);
    check_copy(spec, store.folder.path(), store.log);
    store.clock.advance(std::chrono::hours(1));
    store.managed->caught_up(last, store.clock.wall_ms());
    store.managed->restored(last);
    CHECK(store.managed->caught_up_at() == then);
}
