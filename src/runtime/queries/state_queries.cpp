#include "src/runtime/queries/state_queries.hpp"

#include "src/core/nearest_name.hpp"
#include "src/runtime/global/global_stores.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace streams::inline v0 {

/// Somebody who uses the application.
class state_queries::visit {
public:
    visit(state_queries& of, std::string_view store) : of_(of) {
        const std::lock_guard lock(of_.mutex_);
        if (of_.ended_)
            throw streams_stopped_error(concat("store ", store, " cannot be queried: application ", of_.application_id_,
                                               " is no more; query another instance"));
        ++of_.visitors_;
    }
    ~visit() {
        {
            const std::lock_guard lock(of_.mutex_);
            --of_.visitors_;
            // Under the lock: who waits for it destroys the condition next.
            of_.left_->notify_all();
        }
    }
    visit(const visit&) = delete;
    visit& operator=(const visit&) = delete;

private:
    state_queries& of_;
};

state_queries::state_queries(query_host& host, const topology& topology, const streams_config& config, execution& time)
    : topology_(topology), application_id_(config.application_id),
      isolation_(config.default_interactive_query_isolation_level), time_(time), host_(&host),
      left_(time.make_condition("queries of application " + config.application_id)) {
    for (const sub_topology& part : topology_.sub_topologies())
        for (const std::string& store : part.stores) sub_topologies_.emplace(store, part.id);
}

void state_queries::end() {
    std::unique_lock lock(mutex_);
    ended_ = true;
    left_->wait(lock, never, [this] { return visitors_ == 0; });
}

const store_spec& state_queries::spec_of(std::string_view store) const {
    if (const store_spec* const found = topology_.find_store(store)) return *found;
    std::vector<std::string_view> names;
    for (const store_spec& each : topology_.stores()) names.push_back(each.name);
    const auto near = nearest_of(store, names);
    throw unknown_state_store_error(concat("application ", application_id_, " has no store ", store,
                                           near.empty() ? concat("; topology::describe() names those that it has")
                                                        : concat("; did you mean ", near, '?')));
}

void state_queries::require_running(std::string_view asked) const {
    const application_state now = host_->state_now();
    if (now == application_state::created)
        throw streams_not_started_error(
            concat(asked, " cannot be queried: application ", application_id_, " is not started; call start() first"));
    if (now != application_state::running && now != application_state::rebalancing)
        throw streams_stopped_error(concat(asked, " cannot be queried: application ", application_id_, " is in state ",
                                           to_string(now), "; query another instance"));
}

std::vector<partition_answer> state_queries::ask(std::string_view store, const store_question& question,
                                                 const query_options& options) {
    const store_spec& spec = spec_of(store);
    const visit inside(*this, store);
    require_running(concat("store ", store));
    if (host_->queries_itself())
        throw streams_error(concat("store ", store, " is queried on a thread of application ", application_id_,
                                   ", which would wait for itself; a processor reads stores by its context, and "
                                   "listeners hand the query to another thread"));
    return topology_.is_global_store(store) ? ask_global(spec, question) : ask_tasks(spec, question, options);
}

std::vector<partition_answer> state_queries::ask_global(const store_spec& store, const store_question& question) {
    global_stores* const globals = host_->filled_globals();
    if (globals == nullptr)
        throw streams_rebalancing_error(
            concat("global store ", store.name, " is being filled from its topic; query it again later"));
    partition_answer answer{-1, {}};
    try {
        if (auto found = globals->ask(store.name, question))
            answer.content = std::move(*found);
        else
            answer.content = query_failure{
                failure_reason::unknown_query_type,
                concat("global store ", store.name, " has no answer to such a query; use one of key-value stores")};
    } catch (const state_error& cause) {
        answer.content = query_failure{failure_reason::store_exception,
                                       concat("global store ", store.name, " cannot be read: ", cause.what())};
    } catch (const query_memory_error& cause) {
        answer.content = query_failure{failure_reason::out_of_memory, cause.what()};
    }
    std::vector<partition_answer> answers;
    answers.push_back(std::move(answer));
    return answers;
}

std::int32_t state_queries::part_of(const store_spec& store) const {
    const auto found = sub_topologies_.find(store.name);
    if (found == sub_topologies_.end())
        throw invalid_state_store_error(concat("store ", store.name,
                                               " is connected to no node, so that no task has it; connect it with "
                                               "topology::connect_store"));
    return found->second;
}

/// Of a partition that was asked for, and is not here.
partition_answer state_queries::missing(const store_spec& store, std::int32_t partition, bool complete) const {
    const auto count = host_->partitions_of(part_of(store));
    if (partition < 0 || (count && partition >= *count))
        return {partition, query_failure{failure_reason::does_not_exist,
                                         concat("store ", store.name, " has no partition ", partition,
                                                count ? concat("; it has ", *count, ", counted from 0")
                                                      : std::string("; they are counted from 0"))}};
    if (!complete)
        return {partition,
                query_failure{failure_reason::not_active, concat("partition ", partition, " of store ", store.name,
                                                                 " is not here while application ", application_id_,
                                                                 " rebalances; query it again later")}};
    return {partition,
            query_failure{failure_reason::not_present,
                          concat("partition ", partition, " of store ", store.name,
                                 " is not on this instance; kafka_streams::streams_metadata_for_store says which one "
                                 "has it")}};
}

partition_answer state_queries::only_standby(const store_spec& store, std::int32_t partition) {
    return {
        partition,
        query_failure{failure_reason::not_active,
                      concat("partition ", partition, " of store ", store.name,
                             " is here as a standby, which may be behind; query it with query_options::stale, or where "
                             "kafka_streams::query_metadata_for_key says")}};
}

std::vector<partition_answer> state_queries::ask_tasks(const store_spec& store, const store_question& question,
                                                       const query_options& options) {
    const std::int64_t deadline = time_.after(options.timeout);
    auto [here, complete] = directory_.of(part_of(store));
    // What is absent here may be in a partition that is on its way from one thread to another.
    if (!complete && !options.stale && options.partitions.empty())
        throw streams_rebalancing_error(concat("store ", store.name,
                                               " may have partitions that no thread of application ", application_id_,
                                               " has taken on yet; query it again later"));
    std::vector<partition_answer> answers;
    if (!options.partitions.empty()) {
        for (const std::int32_t partition : options.partitions) {
            const auto found = here.find({part_of(store), partition});
            if (found == here.end())
                answers.push_back(missing(store, partition, complete));
            else if (found->second.standby && !options.stale)
                answers.push_back(only_standby(store, partition));
        }
        std::erase_if(here, [&](const auto& each) {
            return std::ranges::find(options.partitions, each.first.partition) == options.partitions.end();
        });
    }
    if (!options.stale) std::erase_if(here, [](const auto& each) { return each.second.standby; });
    if (here.empty() && host_->state_now() == application_state::rebalancing && answers.empty())
        throw streams_rebalancing_error(concat("store ", store.name, " has no partition here while application ",
                                               application_id_, " rebalances; query it again later"));
    const auto call = std::make_shared<query_call>(
        time_,
        asked_of_owners{store.name, question, options.isolation.value_or(isolation_), options.stale, options.bound});
    std::map<query_mailbox*, std::vector<task_id>> tasks;
    for (const auto& [task, place] : here) tasks[place.owner.get()].push_back(task);
    for (auto& [owner, those] : tasks) owner->post({call, std::move(those)});
    if (!call->wait(here.size(), deadline))
        throw query_timeout_error(concat("store ", store.name, " was not read within ", options.timeout.count(),
                                         " ms: a stream thread is busy with a record or waits for the cluster; raise "
                                         "query_options::timeout, or see what its processors do"));
    std::ranges::move(call->take(), std::back_inserter(answers));
    std::ranges::sort(answers, {}, &partition_answer::partition);
    return answers;
}

} // namespace streams::inline v0
