// What is restored while the disk takes no more, in the middle of a rebalance, in which tasks are kept as they are.

#include "catch.hpp"
#include "simulation/simulated_world.hpp"
#include "src/testing/simulation/simulated_disk.hpp"

#include <streams/core/big_endian.hpp>
#include <streams/core/bytes.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using simulation::no_answer;
using simulation::simulate;
using simulation::simulated_world;
using testing_support::call;

namespace {

const std::string changelog = "app-counts-changelog";
const std::string large(800'000, 'x');
const std::string late_key = "late";
constexpr std::int32_t partitions = 4;
constexpr std::int32_t last_partition = partitions - 1;

/// Changelogs of four partitions, and an instance that restores them when a second one joins. The first keeps its last two
/// tasks as they are until the group has said what it has committed, and its disk takes no more meanwhile.
class interrupted_restore {
public:
    explicit interrupted_restore(simulated_world& w) : w_(w) {
        const auto before = start("before", w.cluster.clients());
        for (std::int32_t partition = 0; partition < partitions; ++partition) w.produce(partition);
        REQUIRE(w.eventually([&] { return w.committed(last_partition) == 1; }));
        REQUIRE(before->close(1min));
    }
    void add_large_rows(std::int32_t partition, int count) {
        for (int row = 0; row < count; ++row) add(partition, "large-" + std::to_string(rows_++), large);
    }
    /// Of a key that no record had yet.
    void add_count(std::int32_t partition, std::int64_t count) {
        bytes encoded;
        append_big_endian(encoded, count);
        add(partition, late_key, std::string(encoded.view().text()));
    }
    /// The disk is full once that many rows of the last partition have been restored.
    void fill_disk_after(std::int64_t rows) { full_after_ = rows; }
    /// The counts of a record of that key in each of the last two partitions, once all is over.
    std::vector<std::string> next_counts() {
        w_.restoring->fail_late(call::bounds, 1s, no_answer, 8);
        w_.plan->pass(call::committed);
        w_.plan->fail_late(call::committed, 1s, no_answer, 30);
        const auto one =
            start("one", std::make_shared<testing_support::faulty_clients>(w_.cluster.clients(), w_.plan, w_.restoring),
                  disk_.get());
        REQUIRE(w_.eventually([&] { return w_.restoring->failed(call::bounds) > 0; }));
        const auto another = start("another", w_.cluster.clients()); // by its name it is given the first partitions
        CHECK(w_.eventually([&] { return refused_ > 0; }));
        CHECK(w_.plan->failed(call::committed) > 0);
        CHECK(w_.plan->failed(call::committed) < 30);
        full_ = false;
        full_after_ = never;
        for (const std::int32_t partition : {last_partition - 1, last_partition})
            w_.cluster.produce("in", late_key, std::string("v"), {.timestamp = 1, .partition = partition});
        CHECK(one->wait_for(application_state::running, 10min));
        CHECK(another->wait_for(application_state::running, 10min));
        CHECK(
            w_.eventually([&] { return w_.committed(last_partition - 1) == 2 && w_.committed(last_partition) == 2; }));
        std::vector<std::string> counts;
        CHECK(one->close(1min));
        CHECK(another->close(1min));
        for (const auto& each : w_.cluster.read<std::string, std::string>("out"))
            if (each.key == late_key) counts.push_back(each.value);
        return counts;
    }

private:
    void add(std::int32_t partition, const std::string& key, const std::string& value) {
        w_.cluster.produce(changelog, key, value, {.timestamp = 1, .partition = partition});
    }
    std::unique_ptr<kafka_streams> start(const std::string& name, std::shared_ptr<kafka::client_supplier> clients,
                                         state_disk* disk = nullptr) {
        auto config = w_.config(name);
        config.topic = {{"segment.bytes", "1000000"}}; // one large row, so that a poll brings one of each partition
        if (disk != nullptr) config.state_memory_bytes = 32'000'000; // 6.9 MB of them for rows that wait for the disk
        auto app = std::make_unique<kafka_streams>(testing_support::count_topology(true), std::move(config),
                                                   std::move(clients), &w_.scheduler, disk);
        if (disk != nullptr)
            app->set_restore_listener({.on_batch_restored = [this](const restore_progress& now, std::int64_t rows) {
                if (now.changelog.partition == last_partition && (full_after_ -= rows) <= 0) full_ = true;
            }});
        app->start();
        return app;
    }

    simulated_world& w_;
    int rows_ = 0;
    bool full_ = false;
    std::int64_t full_after_ = never;
    int refused_ = 0;
    simulated::simulated_disk content_;
    std::unique_ptr<state_disk> disk_ = content_.mounted(
        [this](simulated::disk_call asked, bool after) -> std::optional<std::string> {
            if (!full_ || after || asked != simulated::disk_call::write) return std::nullopt;
            ++refused_;
            return "no space is left";
        },
        std::make_shared<bool>(true));
};

} // namespace

TEST_CASE("what was read of one changelog when the disk refused what was read of another is read again") {
    simulate(
        [](simulated_world& w) {
            interrupted_restore restore(w);
            // What waits for the disk is written when its memory is full, with the ninth row: the fifth of the partition that
            // comes first. What was polled of the other one with it, its last rows, is not applied.
            for (const std::int32_t partition : {last_partition - 1, last_partition}) {
                restore.add_large_rows(partition, 5);
                restore.add_count(partition, 42);
            }
            restore.fill_disk_after(2);
            CHECK(restore.next_counts() == std::vector<std::string>{"43", "43"});
        },
        partitions);
}

TEST_CASE("a restore whose last rows the disk refused has them once the disk takes them") {
    simulate(
        [](simulated_world& w) {
            interrupted_restore restore(w);
            restore.add_count(last_partition, 42);
            restore.fill_disk_after(2);
            CHECK(restore.next_counts() == std::vector<std::string>{"1", "43"});
        },
        partitions);
}
