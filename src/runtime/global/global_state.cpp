#include "src/runtime/global/global_state.hpp"

#include "src/runtime/tasks/record_failure.hpp"
#include "src/runtime/tasks/task_errors.hpp"

#include <streams/core/error.hpp>
#include <streams/core/log.hpp>
#include <streams/state/query/query_errors.hpp>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

namespace streams::inline v0 {
namespace {

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
    : topology_(topology), environment_(environment), config_(of_global_task(environment.config)) {
    for (const global_store& each : topology.global_stores()) {
        const std::int32_t count = partitions_of(each.topic);
        for (std::int32_t partition = 0; partition < count; ++partition) inputs_.push_back({each.topic, partition});
    }
    remove_others();
    stores_ = open_intact();
    for (const global_store& each : topology.global_stores()) filled_.push_back(filled_by(each));
    for (const global_store& each : topology.global_stores())
        if (filled_from(each.topic).store->store->has_unplaced_rows())
            empty(each.topic, "it has rows, and does not say how much of this topic they are");
}

/// Folders of stores that the topology has no more.
void global_state::remove_others() {
    if (environment_.stores_in_memory) return;
    std::error_code absent;
    for (const auto& entry : std::filesystem::directory_iterator(environment_.directory, absent)) {
        const auto name = entry.path().filename().string();
        if (std::ranges::find(topology_.global_stores(), name, &global_store::store) == topology_.global_stores().end())
            remove(name);
    }
}

void global_state::remove(const std::string& store) {
    const auto folder = environment_.directory / store;
    std::error_code failed;
    environment_.disk.remove(folder, failed);
    if (failed)
        throw state_error(concat("the folder of a global store, ", folder.string(),
                                 ", cannot be removed: ", failed.message(), "; see who owns it"));
}

std::unique_ptr<task_stores> global_state::open_stores() {
    return std::make_unique<task_stores>(global_task, topology_, topology_.global_parts(), config_.application_id,
                                         store_opening{.time = environment_.time,
                                                       .memory = environment_.memory,
                                                       .directory = environment_.directory,
                                                       .disk = &environment_.disk,
                                                       .in_memory = environment_.stores_in_memory});
}

/// Without what is damaged: the topics have it.
std::unique_ptr<task_stores> global_state::open_intact() {
    std::set<std::string> removed;
    for (;;) {
        try {
            return open_stores();
        } catch (const corrupt_state_error& cause) {
            if (!removed.insert(cause.store()).second) throw;
            log(log_level::warn, concat("global store ", cause.store(), " is filled anew: ", cause.what()));
            remove(cause.store());
        }
    }
}

global_state::filled_store global_state::filled_by(const global_store& declared) {
    task_store& store = stores_->named(declared.store);
    auto* const by_partition = dynamic_cast<multi_partition_store*>(store.store.get());
    if (by_partition == nullptr)
        throw topology_error(concat("global store ", declared.store,
                                    " is no plain key-value store, which global stores are; use stores::key_value"));
    const auto found = by_partition->partition_checkpoints();
    return {&declared, &store, by_partition, {found.begin(), found.end()}};
}

std::size_t global_state::place_of(std::string_view topic) const {
    const auto found = std::ranges::find(filled_, topic, [](const filled_store& each) { return each.declared->topic; });
    return static_cast<std::size_t>(found - filled_.begin());
}

const std::string& global_state::store_of(std::string_view topic) const { return filled_from(topic).declared->store; }

std::optional<std::int64_t> global_state::next_offset(const topic_partition& input) const {
    const auto& offsets = filled_from(input.topic).offsets;
    const auto at = static_cast<std::size_t>(input.partition);
    if (at >= offsets.size() || offsets[at] < 0) return std::nullopt;
    return offsets[at] + 1;
}

std::optional<std::int64_t> global_state::caught_up_at(std::string_view topic) const {
    return filled_from(topic).store->store->caught_up_at();
}

void global_state::empty(std::string_view topic, std::string_view reason) {
    const global_store& declared = *filled_from(topic).declared;
    log(log_level::warn, concat("global store ", declared.store, " is filled anew from topic ", topic, ": ", reason));
    stores_->replace(declared.store, [&] { remove(declared.store); });
    for (filled_store& each : filled_)
        if (each.declared == &declared) each = filled_by(declared);
}

void global_state::begin() {
    task_ = std::make_unique<stream_task>(*stores_, topology_, topology_.global_parts(), inputs_,
                                          task_environment{.config = config_,
                                                           .time = environment_.time,
                                                           .collector = collector_,
                                                           .drops = environment_.drops,
                                                           .resuming = resuming});
    task_->initialize({});
}

std::unique_ptr<state_store> global_state::reader(std::string_view store, kept_failure& of_task) {
    auto* found = dynamic_cast<key_value_store*>(stores_->find(store));
    if (found == nullptr) return nullptr;
    return std::make_unique<global_store_reader>(*found, guard_, of_task, environment_.memory.queries());
}

/// What their topics hold is committed, so that the newest is seen.
std::optional<store_answer> global_state::ask(std::string_view store, const store_question& question) {
    const std::lock_guard lock(guard_);
    if (closed_)
        throw streams_stopped_error(
            concat("global store ", store, " is closed, since the application ends; query another instance"));
    return stores_->named(store).store->ask(question, isolation_level::read_uncommitted);
}

void global_state::add_inputs(std::vector<topic_partition> added) {
    inputs_.insert(inputs_.end(), added.begin(), added.end());
    task_->add_inputs(topology_.global_parts(), std::move(added));
}

void global_state::restore(kafka::record_batch batch) {
    const filled_store& filled = filled_from(batch.source().topic);
    if (filled.declared->reprocess) return update(std::move(batch));
    const auto records = batch.records();
    if (records.empty()) return;
    const std::lock_guard lock(guard_);
    note(batch.source(), records.back().offset); // first: all is in memory, even where the disk refuses some of it
    naming_damage(global_task, [&] { filled.store->store->restore(records); });
}

bool global_state::disk_lags() const {
    return std::ranges::any_of(filled_, [](const filled_store& each) { return each.store->store->disk_lags(); });
}

void global_state::update(kafka::record_batch batch) {
    const topic_partition source = batch.source();
    const std::size_t input = task_->input_of(source);
    if (input == task_->inputs() || batch.records().empty()) return;
    const std::int64_t last = batch.records().back().offset;
    {
        const std::lock_guard lock(guard_);
        task_->add(input, std::move(batch));
    }
    for (bool more = true; more;) {
        const std::lock_guard lock(guard_); // for one record, so that readers wait no longer
        more = task_->process();
    }
    const std::lock_guard lock(guard_);
    note(source, last);
}

/// All of the partition up to `last` was taken.
void global_state::note(const topic_partition& input, std::int64_t last) {
    filled_store& filled = filled_[place_of(input.topic)];
    const auto at = static_cast<std::size_t>(input.partition);
    if (filled.offsets.size() <= at) filled.offsets.resize(at + 1, -1);
    filled.offsets[at] = last;
    filled.by_partition->filled_up_to(filled.offsets);
}

void global_state::complete_as_of(std::string_view topic, std::int64_t at) {
    const std::lock_guard lock(guard_);
    filled_[place_of(topic)].by_partition->complete_as_of(at);
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

void global_state::filled() {
    commit();
    const std::lock_guard lock(guard_);
    refused_ = true;
    naming_damage(global_task, [&] {
        for (const filled_store& each : filled_) each.store->store->restored(std::nullopt);
    });
    refused_ = false;
}

std::size_t global_state::uncommitted_bytes() {
    const std::lock_guard lock(guard_);
    return stores_->uncommitted_bytes();
}

void global_state::give_back() {
    const std::lock_guard lock(guard_);
    const bool refused_before = std::exchange(refused_, true);
    stores_->give_back();
    refused_ = refused_before;
}

void global_state::close() {
    const std::lock_guard lock(guard_);
    closed_ = true;
    if (task_) task_->close();
    (void)stores_->close();
}

} // namespace streams::inline v0
