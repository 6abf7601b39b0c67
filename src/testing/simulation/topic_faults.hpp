#pragma once

#include "src/embedded/cluster.hpp"
#include "src/testing/simulation/seeded_scheduler.hpp"
#include "src/testing/simulation/topic_history.hpp"

#include <streams/core/topic_partition.hpp>
#include <streams/topology/topology.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace streams::inline v0::simulated {

/// The topics of an application, by what may be deleted of them.
struct application_topics {
    application_topics(const topology& topology, const std::string& application_id);

    std::string group;
    std::vector<std::string> changelogs{};        ///< what later records of their keys supersede
    std::vector<std::string> source_changelogs{}; ///< the same, where the group has committed it
    std::vector<std::string> repartition{};       ///< what the group has committed
    std::vector<std::string> inputs{};            ///< whatever their owner likes
};

/// What goes wrong with the topics of a cluster, and with the brokers that lead their partitions.
class topic_faults {
public:
    /// All outlive it.
    topic_faults(embedded::cluster& cluster, application_topics topics, topic_history& history,
                 seeded_scheduler& scheduler)
        : cluster_(cluster), topics_(std::move(topics)), history_(history), scheduler_(scheduler) {}

    /// To be called before records are deleted: the history keeps them.
    void before_deletion(const std::string& topic) { history_.catch_up(cluster_, topic); }
    void before_deletion() { history_.catch_up(cluster_); }

    /// Compacts all changelogs but those that are inputs.
    void compact();
    /// Moves the begin of changelogs and of repartition topics up to what is still needed of them.
    void truncate();
    /// Deletes some of the records of inputs that the group has not committed.
    void delete_input();
    void remove_input();
    void widen_input();
    /// One of three brokers is away until then, steady ms.
    void move_leaders(std::int64_t until);
    void calm_down() noexcept { led_from_ = 0; }

    /// Whether a changelog may lack what later records of the same keys supersede.
    [[nodiscard]] bool superseded_deleted() const noexcept { return superseded_deleted_; }
    /// When all partitions have a leader, steady ms; not after now: they have.
    [[nodiscard]] std::int64_t led_from() const noexcept { return led_from_; }
    [[nodiscard]] bool has_leader(const topic_partition& partition) const;

    /// Whether the application has to end, and each of its instances to say why.
    [[nodiscard]] bool end_application() const noexcept { return !reasons_.empty(); }
    /// Whether an instance that ended so has said it.
    [[nodiscard]] bool explain(const std::string& failure) const;

private:
    [[nodiscard]] std::int64_t committed(const topic_partition& partition) const;
    [[nodiscard]] const std::string& any_input() const;
    template <class Begin>
    void move_begins(const std::vector<std::string>& topics, const Begin& begin);

    embedded::cluster& cluster_;
    const application_topics topics_;
    topic_history& history_;
    seeded_scheduler& scheduler_;
    std::uint64_t away_ = 0; ///< the broker
    std::int64_t led_from_ = 0;
    bool superseded_deleted_ = false;
    std::vector<std::string> reasons_; ///< of the application's end: an instance says one of them
};

} // namespace streams::inline v0::simulated
