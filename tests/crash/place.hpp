#pragma once

#include "crash/workload.hpp"
#include "src/kafka/client.hpp"

#include <streams/core/config.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace streams::crash {

inline constexpr std::int32_t partitions = 4;

/// Where an application is killed: on a cluster in files, or beside a broker.
struct place {
    std::filesystem::path folder;    ///< of state and cluster
    std::string bootstrap_servers{}; ///< empty: the cluster is in `folder`
    processing_guarantee guarantee = processing_guarantee::at_least_once;

    [[nodiscard]] std::string name() const;
    [[nodiscard]] std::string in() const { return name() + "-in"; }
    [[nodiscard]] std::string out() const { return name() + "-out"; }
    /// Of an instance: the one that works all the time, and one that comes and goes beside it.
    enum class instance : std::uint8_t { first, second };
    /// The application's, as drawn from `seed`: threads, memory, standbys, and how often it commits.
    [[nodiscard]] streams_config config(std::uint32_t seed, instance of = instance::first) const;
    [[nodiscard]] std::filesystem::path state_of(instance of) const {
        return folder / (of == instance::first ? "state" : "other-state");
    }
    /// The cluster is in use for as long as one of its clients lives. Throws streams_error.
    [[nodiscard]] std::shared_ptr<kafka::client_supplier> clients() const;
};

/// The cluster of a place, by its clients. What the cluster refuses is a streams_error.
class cluster_side {
public:
    cluster_side(const place& at, std::shared_ptr<kafka::client_supplier> clients);

    void make_topics();
    void write(std::span<const input_record> records);
    /// Records of the input that the application has committed.
    [[nodiscard]] std::int64_t committed();
    /// Whether it has committed all of the input, and all of what it has put into its repartition topic.
    [[nodiscard]] bool is_drained();

private:
    [[nodiscard]] std::vector<kafka::committed_offset> committed_of(std::span<const topic_partition> inputs);

    const place& at_;
    std::shared_ptr<kafka::client_supplier> clients_;
    std::unique_ptr<kafka::admin> admin_;
};

} // namespace streams::crash
