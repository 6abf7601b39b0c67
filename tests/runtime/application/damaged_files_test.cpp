// What becomes of an application that finds files of its state folder damaged when it starts.

#include "catch.hpp"
#include "runtime/messages.hpp"
#include "runtime/remembering.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

using namespace streams;
using testing_support::eventually;
using testing_support::message_of;
using testing_support::patience;
using testing_support::remembering_twice;
using testing_support::says;
using testing_support::written_world;
using text = std::string;
using path = std::filesystem::path;

namespace {

void overwrite(const path& file, std::uintmax_t from) {
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    const text garbage(std::min<std::uintmax_t>(8'192, std::filesystem::file_size(file) - from), '\x5a');
    out.seekp(static_cast<std::streamoff>(from));
    out.write(garbage.data(), static_cast<std::streamsize>(garbage.size()));
}
void overwrite_all(const path& file) { overwrite(file, 0); }
// Shows when a row in the middle is read, not before.
void overwrite_middle(const path& file) { overwrite(file, std::filesystem::file_size(file) / 2 - 4'096); }
void halve(const path& file) { std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2); }
void make_empty(const path& file) { std::filesystem::resize_file(file, 0); }
void delete_file(const path& file) { std::filesystem::remove(file); }
void point_nowhere(const path& current) { std::ofstream(current) << "MANIFEST-999999\n"; }
void append_garbage(const path& file) { std::ofstream(file, std::ios::app) << text(5'000, '\x5a'); }

/// What is done to the files of a store that begin or end so.
struct damage {
    text name;
    text files;
    void (*inflict)(const path& file);
};

void inflict(const damage& done, const path& store) {
    int found = 0;
    for (const auto& entry : std::filesystem::directory_iterator(store)) {
        const auto name = entry.path().filename().string();
        if (!name.starts_with(done.files) && !name.ends_with(done.files)) continue;
        done.inflict(entry.path());
        ++found;
    }
    REQUIRE(found > 0);
}

const std::vector<damage> noticed{{"a CURRENT of garbage", "CURRENT", overwrite_all},
                                  {"an empty CURRENT", "CURRENT", make_empty},
                                  {"a CURRENT that names a file which is not there", "CURRENT", point_nowhere},
                                  {"no CURRENT", "CURRENT", delete_file},
                                  {"a MANIFEST of garbage", "MANIFEST", overwrite_all},
                                  {"an empty MANIFEST", "MANIFEST", make_empty},
                                  {"no MANIFEST", "MANIFEST", delete_file},
                                  {"a file of rows with garbage in it", ".sst", overwrite_middle},
                                  {"a file of rows that is cut off", ".sst", halve},
                                  {"an empty file of rows", ".sst", make_empty},
                                  {"no file of rows", ".sst", delete_file}};
/// A shorter MANIFEST is one of earlier.
const damage short_manifest{"a MANIFEST that is cut off", "MANIFEST", halve};
/// What no row depends on.
const std::vector<damage> harmless{{"OPTIONS that are cut off", "OPTIONS", halve},
                                   {"empty OPTIONS", "OPTIONS", make_empty},
                                   {"OPTIONS of garbage", "OPTIONS", overwrite_all},
                                   {"no OPTIONS", "OPTIONS", delete_file},
                                   {"garbage in the log of writes, which are not logged", ".log", append_garbage}};

/// Rows that were restored, by store and partition.
class restored_rows {
public:
    void watch(kafka_streams& app) {
        app.set_restore_listener({.on_batch_restored = [this](const restore_progress& now, std::int64_t rows) {
            const std::lock_guard lock(mutex_);
            rows_[{text(now.store), now.changelog.partition}] += rows;
        }});
    }
    using by_store = std::map<std::pair<text, std::int32_t>, std::int64_t>;
    [[nodiscard]] by_store take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(rows_, {});
    }

private:
    std::mutex mutex_;
    by_store rows_;
};

/// What an application restores that finds all rows in their places, and closes.
restored_rows::by_store restored_by_start(written_world& w) {
    restored_rows restored;
    kafka_streams app(remembering_twice(), w.config(), w.cluster.clients());
    restored.watch(app);
    app.start();
    for (const std::int32_t partition : {0, 1})
        for (const int row : {0, w.rows / 2, w.rows - 1}) CHECK(w.seen(partition, row) == "v1 v1");
    CHECK(app.close(patience));
    CHECK(app.error().empty());
    return restored.take();
}

} // namespace

TEST_CASE("a store of which a file is damaged is restored from its changelog alone, and stands where that ends") {
    auto all = noticed;
    all.push_back(short_manifest);
    const auto done = all[GENERATE_COPY(range(std::size_t{0}, std::size_t{12}))];
    INFO(done.name);
    written_world w(2);
    inflict(done, w.store("logged"));
    const auto restored = restored_by_start(w);
    const std::pair<const text, std::int32_t> damaged{"logged", 0};
    for (const auto& [store, rows] : restored) CHECK(store == restored_rows::by_store::key_type(damaged));
    if (done.name != short_manifest.name) {
        REQUIRE(restored.size() == 1);
        CHECK(restored.begin()->second == w.rows);
    }
    CHECK(restored_by_start(w).empty());
}

TEST_CASE("a store without a changelog of which a file is damaged ends the application, which says what to do") {
    const auto done = noticed[GENERATE_COPY(range(std::size_t{0}, std::size_t{11}))];
    INFO(done.name);
    written_world w;
    inflict(done, w.store("local"));
    auto app = w.run(remembering_twice(), w.config());
    w.produce(w.key(w.rows / 2), "v1"); // processed once the store is in order again
    CHECK(app.wait_for(application_state::error, patience));
    CHECK(says(app.error(), "store local in "));
    CHECK(says(app.error(), "no changelog"));
    CHECK(says(app.error(), "put a backup in the place of " + w.store("local").string()));
    CHECK(std::filesystem::exists(w.store("local")));
    app.close();
    std::filesystem::remove_all(w.store("local"));
    auto again = w.run(remembering_twice(), w.config());
    CHECK(eventually([&] { return w.out().size() == w.rows + 1; }));
    CHECK(w.out().back() == "v1 nothing");
}

TEST_CASE("a store loses nothing with files that no row depends on, nor by files of others in its folder") {
    written_world w(2);
    const text store = GENERATE("logged", "local");
    SECTION("its own") {
        for (const damage& done : harmless) {
            INFO(done.name);
            inflict(done, w.store(store));
            CHECK(restored_by_start(w).empty());
        }
    }
    SECTION("of others") {
        const auto folder = w.store(store);
        std::ofstream(folder / "notes.txt") << "ours";
        std::ofstream(folder / "987654.sst") << text(5'000, '\x5a');
        std::ofstream(folder / "MANIFEST-987654") << "x";
        std::filesystem::create_directory(folder / "backup");
        std::ofstream(folder / "backup" / "000001.sst") << "x";
        CHECK(restored_by_start(w).empty());
        CHECK(std::filesystem::exists(folder / "notes.txt"));
        CHECK(std::filesystem::exists(folder / "backup" / "000001.sst"));
    }
}

TEST_CASE("a backup of a folder goes on from its own offset, and what has no changelog is as old as the backup") {
    written_world w(2);
    const auto folder = w.config().state_dir / "app";
    const auto backup = w.folder.path() / "backup";
    std::filesystem::copy(folder, backup, std::filesystem::copy_options::recursive);
    w.write(2, "v2");
    std::filesystem::remove_all(folder);
    std::filesystem::copy(backup, folder, std::filesystem::copy_options::recursive);
    restored_rows restored;
    kafka_streams app(remembering_twice(), w.config(), w.cluster.clients());
    restored.watch(app);
    app.start();
    for (const std::int32_t partition : {0, 1})
        for (const int row : {0, w.rows - 1}) CHECK(w.seen(partition, row) == "v2 v1");
    CHECK(restored.take() == restored_rows::by_store{{{"logged", 0}, w.rows}, {{"logged", 1}, w.rows}});
}

TEST_CASE("a folder whose notes are damaged keeps its stores") {
    written_world w(2);
    const auto folder = w.config().state_dir / "app";
    const auto spoil = GENERATE(&overwrite_all, &make_empty, &halve, &delete_file);
    for (const char* note : {"topology", "kafka-streams-process-metadata"}) {
        INFO(note);
        REQUIRE(std::filesystem::exists(folder / note));
        spoil(folder / note);
        CHECK(restored_by_start(w).empty());
    }
}

TEST_CASE("a folder that does not say its version is refused with the remedy, and stays as it is") {
    written_world w(2);
    const auto note = w.config().state_dir / "app" / "format";
    const text before = [&] {
        std::ifstream in(note);
        return text(std::istreambuf_iterator<char>(in), {});
    }();
    const auto spoil = GENERATE(&overwrite_all, &make_empty);
    spoil(note);
    kafka_streams app(remembering_twice(), w.config(), w.cluster.clients());
    const text refusal = message_of([&] { app.start(); });
    CHECK(says(refusal, note.string()));
    CHECK(says(refusal, "or remove the folder"));
    std::ofstream(note, std::ios::trunc) << before;
    CHECK(restored_by_start(w).empty());
}
