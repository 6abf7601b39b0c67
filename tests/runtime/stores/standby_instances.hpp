#pragma once

#include "catch.hpp"
#include "faults/faulty_clients.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

/// Instances that keep standbys of one another's tasks.
namespace streams::testing_support {

inline constexpr std::int32_t partitions = 2;
inline constexpr int row_count = 10;

/// An instance that keeps standbys, and notes what it restores and follows.
class instance {
public:
    instance(world& w, streams_config config, topology what)
        : app_(std::move(what), std::move(config),
               std::make_shared<faulty_clients>(w.cluster.clients(), plan_, restoring_)) {
        app_.set_restore_listener({.on_restore_start =
                                       [this](const restore_progress& now) {
                                           const std::lock_guard lock(mutex_);
                                           begins_[now.changelog] = {now.begin, now.end};
                                       },
                                   .on_batch_restored =
                                       [this](const restore_progress&, std::int64_t applied) {
                                           const std::lock_guard lock(mutex_);
                                           restored_ += applied;
                                       }});
        app_.set_standby_update_listener({.on_update_start =
                                              [this](const standby_update& now) {
                                                  const std::lock_guard lock(mutex_);
                                                  starts_.push_back(now.next);
                                              },
                                          .on_batch_loaded =
                                              [this](const standby_update&, std::int64_t applied) {
                                                  const std::lock_guard lock(mutex_);
                                                  followed_ += applied;
                                              },
                                          .on_update_suspended =
                                              [this](const standby_update&, standby_suspend_reason reason) {
                                                  const std::lock_guard lock(mutex_);
                                                  suspended_.push_back(reason);
                                              }});
        app_.start();
    }
    [[nodiscard]] kafka_streams& app() noexcept { return app_; }
    /// First offset and end of what was restored, by changelog.
    [[nodiscard]] auto begins() { return locked(begins_); }
    [[nodiscard]] std::int64_t restored() { return locked(restored_); }
    [[nodiscard]] std::int64_t followed() { return locked(followed_); }
    [[nodiscard]] std::vector<std::int64_t> starts() { return locked(starts_); }
    [[nodiscard]] std::vector<standby_suspend_reason> suspended() { return locked(suspended_); }
    void forget_restored() {
        const std::lock_guard lock(mutex_);
        begins_.clear();
        restored_ = 0;
    }
    /// Whether it has so many partitions of stores, standbys too, and lacks nothing of their changelogs.
    [[nodiscard]] bool has_all_of(std::size_t count) {
        return eventually([&] {
            std::size_t found = 0;
            for (const auto& [store, lags] : app_.all_local_store_partition_lags())
                for (const auto& [partition, lag] : lags) {
                    if (lag.offset_lag() > 0) return false;
                    ++found;
                }
            return found == count;
        });
    }
    [[nodiscard]] bool runs() { return app_.wait_for(application_state::running, patience); }
    [[nodiscard]] fault_plan& plan() noexcept { return *plan_; }
    [[nodiscard]] fault_plan& restoring() noexcept { return *restoring_; }

private:
    template <class Value>
    Value locked(const Value& value) {
        const std::lock_guard lock(mutex_);
        return value;
    }

    std::shared_ptr<fault_plan> plan_ = std::make_shared<fault_plan>();
    std::shared_ptr<fault_plan> restoring_ = std::make_shared<fault_plan>();
    std::mutex mutex_;
    std::map<topic_partition, std::pair<std::int64_t, std::int64_t>> begins_;
    std::int64_t restored_ = 0;
    std::int64_t followed_ = 0;
    std::vector<std::int64_t> starts_;
    std::vector<standby_suspend_reason> suspended_;
    kafka_streams app_;
};

inline streams_config config_of(const world& w, const std::string& name) {
    auto config = w.config(name);
    config.client_id = name;
    config.num_standby_replicas = 1;
    return config;
}

/// Two instances, of which each has one partition and keeps a standby of the other.
struct pair_of_instances {
    explicit pair_of_instances(bool persistent = true,
                               processing_guarantee guarantee = processing_guarantee::at_least_once)
        : w(partitions), one(make("one", persistent, guarantee)), two(make("two", persistent, guarantee)) {
        REQUIRE(eventually([&] { return w.cluster.members("app") == 2; }));
        REQUIRE(one->has_all_of(partitions));
        REQUIRE(two->has_all_of(partitions));
        REQUIRE(one->runs());
        REQUIRE(two->runs());
    }
    std::unique_ptr<instance> make(const std::string& name, bool persistent, processing_guarantee guarantee) {
        auto config = config_of(w, name);
        config.guarantee = guarantee;
        return std::make_unique<instance>(w, std::move(config), count_topology(persistent));
    }
    void put_all() {
        for (std::int32_t partition = 0; partition < partitions; ++partition)
            for (int row = 0; row < row_count; ++row)
                w.cluster.produce("in", key(partition, row), std::string("v"),
                                  {.timestamp = 1, .partition = partition});
        records += row_count;
    }
    static std::string key(std::int32_t partition, int row) {
        return "k" + std::to_string(partition) + std::to_string(row);
    }
    bool all_counted() {
        return eventually([&] {
            for (std::int32_t partition = 0; partition < partitions; ++partition)
                if (w.committed("in", partition) < records) return false;
            return true;
        });
    }
    /// Whether each key was counted as often as it came.
    bool counts_are(int times) {
        const auto counts = w.counts();
        return counts.size() == partitions * row_count &&
               std::ranges::all_of(counts, [&](const auto& each) { return each.second == times; });
    }

    world w;
    std::int64_t records = 0; ///< in each partition
    std::unique_ptr<instance> one;
    std::unique_ptr<instance> two;
};

} // namespace streams::testing_support
