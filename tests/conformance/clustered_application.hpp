#pragma once

#include "results.hpp"
#include "runtime/temporary_folder.hpp"
#include "step_comparison.hpp"

#include <streams/core/clock.hpp>
#include <streams/runtime/kafka_streams.hpp>
#include <streams/testing/embedded_cluster.hpp>

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace conformance {

/// Throws unsupported for a vector that no cluster runs as the driver does.
void require_same_on_cluster(const json& vector);

/// The application of a vector on an embedded cluster. What fails throws difference.
class clustered_application {
public:
    /// With so many partitions of each topic that is not its own.
    clustered_application(streams::topology of, streams::streams_config config, std::int32_t partitions);

    void produce(const std::string& topic, const raw_test_record& record);
    /// Runs an instance whose state is in a folder of that name.
    [[nodiscard]] std::unique_ptr<streams::kafka_streams> start(const std::string& instance);
    /// As if a machine was lost.
    void remove_state(const std::string& instance) { std::filesystem::remove_all(folder_.path() / instance); }
    /// Waits until all input is processed and committed, what comes through repartition topics and into global tables
    /// included.
    void drain(std::initializer_list<const streams::kafka_streams*> running);

    /// What the output topics come to, read committed.
    [[nodiscard]] tables read() const;
    /// What the application has written since the last time, its own topics included.
    [[nodiscard]] step_records take_new();
    /// From changelogs so far.
    [[nodiscard]] std::uint64_t rows_restored() const noexcept { return rows_restored_; }

private:
    struct global_row {
        std::string store;
        streams::bytes key;
        std::optional<streams::bytes> value;
    };

    [[nodiscard]] std::optional<std::vector<std::int64_t>> drained_ends() const;
    [[nodiscard]] bool has_global_rows(const streams::kafka_streams& app) const;

    streams::topology topology_;
    streams::streams_config config_;
    streams::embedded_cluster cluster_;
    streams::testing_support::temporary_folder folder_;
    std::vector<global_row> awaited_rows_;                   ///< that were produced since the last drain
    std::map<std::string, std::set<std::int64_t>> produced_; ///< offsets that are not of the application
    std::map<std::string, std::size_t> seen_;
    const std::int64_t begun_ = streams::system_clock().wall_ms();
    std::atomic<std::uint64_t> rows_restored_ = 0;
};

} // namespace conformance
