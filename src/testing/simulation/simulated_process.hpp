#pragma once

#include "src/embedded/cluster.hpp"
#include "src/kafka/client.hpp"
#include "src/testing/simulation/fault.hpp"
#include "src/testing/simulation/seeded_scheduler.hpp"
#include "src/testing/simulation/simulated_disk.hpp"
#include "src/testing/simulation/topic_faults.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace streams::inline v0 {
class kafka_streams;
}

namespace streams::inline v0::simulated {

/// What the processes of a run share: one cluster, one scheduler, and what goes wrong.
struct surroundings {
    seeded_scheduler& scheduler;
    std::shared_ptr<embedded::cluster> cluster;
    fault_plan& plan;
    topic_faults& topics;
    std::function<void()> on_death;      ///< called when a process has died
    std::int64_t brokers_away_until = 0; ///< steady ms, as the next
    std::int64_t coordinator_away_until = 0;
    /// Called by each instance while its application runs, `between_looks` after the last time; null: never.
    std::function<void(const kafka_streams& application, const std::string& life)> on_look{};
    std::chrono::milliseconds between_looks{};
    std::size_t most_polled = 1000;             ///< records that a poll brings at most
    std::size_t least_ingest = ingests_nothing; ///< of the disks
    std::string misuse{};                       ///< what a process did that no client bears; empty: nothing
    /// What is on its way although its sender is gone, and what brokers do in the background.
    struct late_event {
        std::int64_t due;
        std::function<void()> event;
    };
    std::vector<late_event> late{};

    [[nodiscard]] std::int64_t now() const { return scheduler.steady_ms(); }
    /// Has it happen at once, and again and again for so many ms.
    void repeat_for(std::int64_t ms, const std::function<void()>& event);
    /// Has what is due happen. Called between calls of others.
    void let_happen();
};

/// What a client of a process has to know of its end.
class severed {
public:
    virtual ~severed() = default;
    /// The process is dead. `arrives_in`: what was sent arrives after so many ms; nullopt: it does not.
    virtual void sever(std::optional<std::int64_t> arrives_in) = 0;
};

/// A process from its start to its end: between any two of its calls it may be stopped or die. Once it is dead, its clients
/// and its disk refuse all, so that nothing that it does while its objects are destroyed reaches anybody.
class simulated_process {
public:
    /// `name`: the beginning of the names of its threads. `all` and `disk` outlive it.
    simulated_process(surroundings& all, std::string name, simulated_disk& disk);

    [[nodiscard]] bool alive() const noexcept { return *alive_; }
    [[nodiscard]] state_disk& disk() noexcept { return *mounted_; }
    [[nodiscard]] surroundings& around() noexcept { return around_; }
    /// Says that the process did what no client bears.
    void blame(std::string_view deed);
    /// How it died: until its next start, in ms. REQUIRES: !alive().
    [[nodiscard]] std::int64_t downtime_ms() const noexcept { return downtime_ms_; }
    [[nodiscard]] bool lost_disk() const noexcept { return lost_disk_; }
    void die(const fault& how);

    /// A call is to be made: others go on, and what is to go wrong does. nullopt: make it; else its answer.
    [[nodiscard]] std::optional<kafka::result> before(seam_call call, std::string_view detail = {});
    /// The call was made. nullopt: its answer counts; else the answer.
    [[nodiscard]] std::optional<kafka::result> after(seam_call call);
    [[nodiscard]] static kafka::result gone() { return {kafka::error_class::fatal, "the process is dead"}; }

    void add(severed& client) { clients_.push_back(&client); }
    void remove(severed& client) { std::erase(clients_, &client); }
    /// Names the member of the group that the process is; empty: none yet.
    void join(const void* consumer, std::function<void()> expire);
    void leave(const void* consumer);

private:
    [[nodiscard]] std::optional<kafka::result> suffer(const fault& one, seam_call call, bool after);
    [[nodiscard]] std::optional<std::string> ask_disk(disk_call call, bool after);

    surroundings& around_;
    const std::string name_;
    simulated_disk& disk_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    std::unique_ptr<state_disk> mounted_;
    std::int64_t disk_full_until_ = 0; ///< steady ms
    std::int64_t downtime_ms_ = 0;
    bool lost_disk_ = false;
    std::vector<severed*> clients_;
    std::vector<std::pair<const void*, std::function<void()>>> members_;
};

} // namespace streams::inline v0::simulated
