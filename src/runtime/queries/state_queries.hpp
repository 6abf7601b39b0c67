#pragma once

#include "src/runtime/queries/task_directory.hpp"

#include <streams/core/config.hpp>
#include <streams/core/execution.hpp>
#include <streams/runtime/application_state.hpp>
#include <streams/state/query/store_reader.hpp>
#include <streams/topology/topology.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace streams::inline v0 {

class global_stores;

/// What queries ask of their application, from any thread.
class query_host {
public:
    [[nodiscard]] virtual application_state state_now() const = 0;
    /// Whether the calling thread would have to answer itself.
    [[nodiscard]] virtual bool queries_itself() const noexcept = 0;
    /// How many partitions a sub-topology has; nullopt: not known yet.
    [[nodiscard]] virtual std::optional<std::int32_t> partitions_of(std::int32_t sub_topology) const = 0;
    /// Null: they are not filled yet.
    [[nodiscard]] virtual global_stores* filled_globals() const = 0;

protected:
    ~query_host() = default;
};

/// Asks the stores of an application: those of tasks by the mailboxes of their owners, global ones where they are.
/// Outlives the application in the hands of who queries it.
class state_queries final : public store_reader {
public:
    /// `host` and `time` live until `end`.
    state_queries(query_host& host, const topology& topology, const streams_config& config, execution& time);

    /// Where owners of tasks say what they have.
    [[nodiscard]] task_directory& directory() noexcept { return directory_; }
    /// The application is no more: waits for who is inside, whom its threads have answered.
    void end();

    /// Throws streams_not_started_error and streams_stopped_error. `asked`: what was to be queried.
    void require_running(std::string_view asked) const;
    [[nodiscard]] const store_spec& spec_of(std::string_view store) const override;
    [[nodiscard]] std::vector<partition_answer> ask(std::string_view store, const store_question& question,
                                                    const query_options& options) override;

private:
    class visit;

    [[nodiscard]] std::int32_t part_of(const store_spec& store) const;
    [[nodiscard]] std::vector<partition_answer> ask_global(const store_spec& store, const store_question& question);
    [[nodiscard]] std::vector<partition_answer> ask_tasks(const store_spec& store, const store_question& question,
                                                          const query_options& options);
    [[nodiscard]] partition_answer missing(const store_spec& store, std::int32_t partition, bool complete) const;
    [[nodiscard]] static partition_answer only_standby(const store_spec& store, std::int32_t partition);

    const topology topology_;
    const std::string application_id_;
    const isolation_level isolation_;
    execution& time_;
    std::map<std::string, std::int32_t, std::less<>> sub_topologies_; ///< of stores that tasks have
    task_directory directory_;
    query_host* host_; ///< used inside of a visit
    std::mutex mutex_; ///< of those below
    std::unique_ptr<execution::condition> left_;
    std::size_t visitors_ = 0;
    bool ended_ = false;
};

} // namespace streams::inline v0
