#include "src/runtime/global/global_state.hpp"

#include "src/runtime/tasks/record_failure.hpp"

#include <streams/core/error.hpp>
#include <streams/core/log.hpp>

#include <algorithm>
#include <utility>

namespace streams::inline v0 {
namespace {

constexpr task_id global_task{-1, -1};
constexpr std::string_view resuming = "processing.exception.handler to one that answers resume and "
                                      "processing.exception.handler.global.enabled to true";

streams_config of_global_task(streams_config config) {
    config.max_task_idle = std::chrono::milliseconds(-1); // one topic's records never wait for another's
    if (!config.processing_exception_handler_global_enabled)
        config.on_processing_error = [](const unprocessable_record&, const std::exception&) {
            return handler_response::fail;
        };
    return config;
}

} // namespace

std::int32_t global_state::no_output::open(std::string_view topic, const record_sender&) {
    throw topology_error(concat("a node of a global store cannot write to topic ", topic,
                                ": every instance would write the same records; write it from a stream instead"));
}

void global_state::no_output::send_dead_letters(std::span<const dead_letter> letters, const record_sender& sender,
                                                const record_metadata& origin, bool) {
    if (letters.empty() || std::exchange(warned_, true)) return;
    log(log_level::warn,
        concat("the dead letter of ", describe(origin), " in node ", sender.node, " is not written to topic ",
               letters.front().topic,
               ": global stores have no producer, as in Kafka Streams; further ones are not written either"));
}

global_state::global_state(const topology& topology, const global_environment& environment,
                           const std::function<std::int32_t(std::string_view)>& partitions_of)
    : topology_(topology), config_(of_global_task(environment.config)) {
    for (const global_store& each : topology.global_stores()) {
        const std::int32_t count = partitions_of(each.topic);
        for (std::int32_t partition = 0; partition < count; ++partition) inputs_.push_back({each.topic, partition});
    }
    std::error_code failed;
    if (!environment.stores_in_memory) environment.disk.remove(environment.directory, failed);
    if (failed)
        throw state_error(concat("the folder of the global stores, ", environment.directory.string(),
                                 ", cannot be emptied: ", failed.message(), "; see who owns it"));
    stores_ = std::make_unique<task_stores>(global_task, topology, topology.global_parts(), config_.application_id,
                                            store_opening{.time = environment.time,
                                                          .memory = environment.memory,
                                                          .directory = environment.directory,
                                                          .disk = &environment.disk,
                                                          .in_memory = environment.stores_in_memory});
    for (task_store& each : stores_->all()) {
        if (dynamic_cast<key_value_store*>(&each.store->store()) == nullptr)
            throw topology_error(
                concat("global store ", each.spec.name,
                       " is no plain key-value store, which global stores are; use stores::key_value"));
        each.store->restored(std::nullopt);
    }
    task_ = std::make_unique<stream_task>(*stores_, topology, topology.global_parts(), inputs_,
                                          task_environment{.config = config_,
                                                           .time = environment.time,
                                                           .collector = collector_,
                                                           .drops = environment.drops,
                                                           .resuming = resuming});
    task_->initialize({});
}

std::unique_ptr<state_store> global_state::reader(std::string_view store) {
    auto* found = dynamic_cast<key_value_store*>(stores_->find(store));
    if (found == nullptr) return nullptr;
    return std::make_unique<global_store_reader>(*found, guard_);
}

void global_state::add_inputs(std::vector<topic_partition> added) {
    inputs_.insert(inputs_.end(), added.begin(), added.end());
    task_->add_inputs(topology_.global_parts(), std::move(added));
}

task_store* global_state::restored_by_bytes(std::string_view topic) {
    const auto& all = topology_.global_stores();
    const auto declared = std::ranges::find(all, topic, &global_store::topic);
    if (declared == all.end() || declared->reprocess) return nullptr;
    return &*std::ranges::find(stores_->all(), declared->store, [](const task_store& each) { return each.spec.name; });
}

void global_state::restore(kafka::record_batch batch) {
    task_store* const store = restored_by_bytes(batch.source().topic);
    if (store == nullptr) return update(std::move(batch));
    const std::lock_guard lock(guard_);
    store->store->restore(batch.records());
}

void global_state::update(kafka::record_batch batch) {
    const std::size_t input = task_->input_of(batch.source());
    if (input == task_->inputs()) return;
    {
        const std::lock_guard lock(guard_);
        task_->add(input, std::move(batch));
    }
    for (bool more = true; more;) {
        const std::lock_guard lock(guard_); // for one record, so that readers wait no longer
        more = task_->process();
    }
}

void global_state::commit() {
    const std::lock_guard lock(guard_);
    if (!task_->commit_needed() && !refused_) return;
    refused_ = true;
    task_->flush_stores();
    task_->tell_last_changelogs();
    static_cast<void>(task_->committable());
    task_->committed([](const task_store&) { return std::nullopt; });
    refused_ = false;
}

std::size_t global_state::uncommitted_bytes() {
    const std::lock_guard lock(guard_);
    return stores_->uncommitted_bytes();
}

void global_state::give_back() {
    const std::lock_guard lock(guard_);
    stores_->give_back();
}

void global_state::close() {
    const std::lock_guard lock(guard_);
    task_->close();
    (void)stores_->close();
}

} // namespace streams::inline v0
