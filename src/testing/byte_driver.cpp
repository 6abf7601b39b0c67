#include <streams/testing/byte_driver.hpp>

#include "src/runtime/global/global_state.hpp"
#include "src/runtime/tasks/task.hpp"
#include "src/runtime/topics/partition_counts.hpp"
#include "src/runtime/topics/topic_names.hpp"
#include "src/testing/driver_changelog.hpp"
#include "src/testing/driver_topics.hpp"

#include <streams/core/execution.hpp>
#include <streams/core/manual_clock.hpp>
#include <streams/core/partitioner.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

namespace streams::inline v0 {
namespace {

/// A piped record, kept until its task is done with it. Its bytes are overwritten then, so that what a topology borrowed
/// for longer fails here, and not where memory happens to be used again.
struct piped_record {
    raw_test_record record;

    explicit piped_record(raw_test_record piped) : record(std::move(piped)) {}
    piped_record(const piped_record&) = delete;
    piped_record& operator=(const piped_record&) = delete;
    ~piped_record() {
        overwrite(record.key);
        overwrite(record.value);
    }

private:
    static void overwrite(std::optional<bytes>& field) {
        constexpr std::byte gone{'#'};
        if (field) std::fill_n(field->data(), field->size(), gone);
    }
};

kafka::record_batch one_record(const topic_partition& to, raw_test_record record, std::int64_t offset) {
    auto kept = std::make_shared<const piped_record>(std::move(record));
    const raw_test_record& raw = kept->record;
    record_view view{.offset = offset, .timestamp = raw.timestamp, .key = {}, .value = {}, .headers = &raw.headers};
    if (raw.key) view.key = raw.key->view();
    if (raw.value) view.value = raw.value->view();
    return {to, {view}, std::move(kept)};
}

/// What other threads wake the test by.
class wake_up {
public:
    void wake() {
        {
            const std::lock_guard lock(mutex_);
            woken_ = true;
        }
        changed_->notify_all();
    }
    /// Waits until woken since the last time; false: not until `deadline`.
    bool wait(std::int64_t deadline) {
        std::unique_lock lock(mutex_);
        const bool met = changed_->wait(lock, deadline, [this] { return woken_; });
        woken_ = false;
        return met;
    }

private:
    std::unique_ptr<execution::condition> changed_ = machine().make_condition("what other threads do");
    std::mutex mutex_;
    bool woken_ = false;
};

class driver final : public byte_driver {
public:
    driver(topology topology, test_driver_options options);

    void pipe(std::string_view topic, const raw_test_record& record) override;
    void advance_wall_clock(std::chrono::milliseconds span) override;
    bool await_pending(std::chrono::milliseconds at_most) override;
    [[nodiscard]] std::int64_t wall_clock() const override { return time_.wall_ms(); }

    [[nodiscard]] std::vector<std::string> produced_topics() const override { return topics_.written_topics(); }
    [[nodiscard]] const std::vector<raw_test_record>& written(std::string_view topic) const override {
        return topics_.written(topic);
    }
    [[nodiscard]] std::size_t unread(std::string_view topic) const override { return topics_.unread(topic); }
    [[nodiscard]] const raw_test_record& read(std::string_view topic) override { return topics_.read(topic); }

    void require_input(std::string_view topic) const override;
    void require_output(std::string_view topic) const override;

    [[nodiscard]] const store_spec& spec_of(std::string_view store) const override;
    [[nodiscard]] std::vector<state_store*> stores(std::string_view name) override;
    [[nodiscard]] const drop_counters& dropped() const noexcept override { return drops_; }
    [[nodiscard]] std::map<std::string, std::map<std::string, std::uint64_t>> rocksdb_counts() const override {
        return memory_.rocksdb_counts();
    }
    void close() override;

private:
    struct input {
        std::size_t task = 0;
        std::size_t task_input = 0; ///< position in the task's inputs
        topic_partition partition{};
        std::int64_t next_offset = 0;
    };

    [[nodiscard]] std::int32_t partitions_of(std::string_view topic) const;
    void count_partitions();
    void make_tasks();
    void add_task(task_id id, const std::vector<sub_topology>& parts);
    void add_globals();
    void start(stream_task& task);
    [[nodiscard]] std::int32_t place(std::string_view topic, const raw_test_record& record, std::int32_t count);
    void update_global(const topic_partition& to, raw_test_record record);
    void route_new();
    void enqueue(input& to, raw_test_record record);
    void process_all();
    void commit(stream_task& task);
    [[nodiscard]] bool pending() const;
    template <class Work>
    void guarded(Work work);

    topology topology_;
    test_driver_options options_;
    std::vector<sub_topology> parts_;
    manual_clock time_;
    wake_up woken_;                                               ///< by other threads
    std::map<std::string, std::int32_t, std::less<>> partitions_; ///< of source topics that were counted, by full name
    drop_counters drops_;
    memory_budget budget_;
    store_memory memory_{budget_, options_.config.rocksdb_config};
    driver_topics topics_;
    std::map<std::string, std::vector<input>, std::less<>> inputs_; ///< by topic, then by partition
    std::map<topic_partition, std::int64_t> global_offsets_;
    std::unique_ptr<streams::global_state> globals_;   ///< null: the topology has no global stores
    std::vector<std::unique_ptr<task_stores>> stores_; ///< of the tasks, in their order
    std::vector<std::unique_ptr<stream_task>> tasks_;
    std::int32_t next_without_key_ = 0;
    bool failed_ = false;
    bool closed_ = false;
};

test_driver_options checked(test_driver_options options) {
    if (options.config.application_id.empty()) options.config.application_id = "topology-test-driver";
    options.config.validate(false);
    if (!options.config.outer_join_emit_interval)
        options.config.outer_join_emit_interval = std::chrono::milliseconds(0);
    if (!options.config.window_emit_interval) options.config.window_emit_interval = std::chrono::milliseconds(0);
    if (options.partitions < 1)
        throw config_error(
            concat("a test driver cannot run with ", options.partitions, " partitions; ask for at least 1"));
    return options;
}

topology with_topics(topology topology, const test_driver_options& options) {
    if (!topology.has_patterns()) return topology;
    auto found = topology.with_topics(options.topics, options.config.application_id);
    check_patterns(found);
    return found;
}

driver::driver(topology topology, test_driver_options options)
    : topology_(with_topics(std::move(topology), options).with_store_format(options.config.dsl_store_format)),
      options_(checked(std::move(options))), parts_(topology_.sub_topologies()), time_(options_.wall_clock.count()),
      budget_(memory_limits_of(options_.config)),
      topics_(time_, [this](std::string_view topic) { return partitions_of(topic); }) {
    check_waits(topology_, options_.config);
    count_partitions();
    for (const auto& topic : input_topics(topology_, parts_, options_.config.application_id))
        inputs_[topic].resize(static_cast<std::size_t>(partitions_of(topic)));
    add_globals();
    make_tasks();
    guarded([&] {
        for (auto& task : tasks_) start(*task);
    });
}

void driver::count_partitions() {
    if (options_.partitions == 1) return;
    std::map<std::string, std::int32_t> external;
    for (const auto& part : parts_)
        for (const auto& topic : part.source_topics) external[topic] = options_.partitions;
    for (const auto& [topic, count] : partition_counts(topology_, external))
        partitions_[full_topic_name(topology_, options_.config.application_id, topic)] = count;
}

void driver::make_tasks() {
    if (options_.partitions == 1) return add_task({0, 0}, parts_);
    for (const auto& part : parts_) {
        std::int32_t count = 0;
        for (const auto& topic : input_topics(topology_, {part}, options_.config.application_id))
            count = std::max(count, partitions_of(topic));
        for (std::int32_t partition = 0; partition < count; ++partition) add_task({part.id, partition}, {part});
    }
}

void driver::add_globals() {
    if (topology_.global_stores().empty()) return;
    streams_config config = options_.config;
    config.on_deserialization_error = resume_on_error{}; // as Kafka Streams' driver has it
    const auto folder = options_.state_directory / "global";
    std::error_code failed; // shows when a store is opened
    if (!options_.state_directory.empty())
        std::filesystem::remove_all(folder, failed); // the topics of a driver are new
    globals_ = std::make_unique<global_state>(topology_,
                                              global_environment{.config = config,
                                                                 .time = time_,
                                                                 .memory = memory_,
                                                                 .drops = drops_,
                                                                 .directory = folder,
                                                                 .stores_in_memory = options_.state_directory.empty()},
                                              [this](std::string_view topic) { return partitions_of(topic); });
    globals_->begin();
    for (const topic_partition& source : globals_->inputs()) global_offsets_.emplace(source, 0);
}

void driver::update_global(const topic_partition& to, raw_test_record record) {
    globals_->update(one_record(to, std::move(record), global_offsets_.at(to)++));
    globals_->commit();
}

std::int32_t driver::partitions_of(std::string_view topic) const {
    const auto known = partitions_.find(topic);
    return known == partitions_.end() ? options_.partitions : known->second;
}

void driver::add_task(task_id id, const std::vector<sub_topology>& parts) {
    const auto& application = options_.config.application_id;
    std::vector<topic_partition> partitions;
    for (auto& topic : input_topics(topology_, parts, application))
        if (id.partition < partitions_of(topic)) partitions.push_back({std::move(topic), id.partition});

    const auto changelog_of = [&, id](const store_spec& store) {
        return std::make_unique<driver_changelog>(
            topics_, topics_.open(changelog_topic_name(topology_, application, store)), id.partition);
    };
    stores_.push_back(
        std::make_unique<task_stores>(id, topology_, parts, application,
                                      store_opening{.time = time_,
                                                    .memory = memory_,
                                                    .directory = options_.state_directory / to_string(id),
                                                    .cache_bytes = options_.config.statestore_cache_max_bytes,
                                                    .in_memory = options_.state_directory.empty(),
                                                    .changelog_of = changelog_of}));
    tasks_.push_back(std::make_unique<stream_task>(*stores_.back(), topology_, parts, partitions,
                                                   task_environment{.config = options_.config,
                                                                    .time = time_,
                                                                    .collector = topics_,
                                                                    .drops = drops_,
                                                                    .globals = globals_.get(),
                                                                    .pending = {.budget = &budget_},
                                                                    .wake = [this] { woken_.wake(); }}));
    for (auto& partition : partitions) {
        auto& reader = inputs_.find(partition.topic)->second[static_cast<std::size_t>(partition.partition)];
        reader.task = tasks_.size() - 1;
        reader.task_input = tasks_.back()->input_of(partition);
        reader.partition = std::move(partition);
    }
}

void driver::start(stream_task& task) {
    for (auto& store : task.stores().all()) store.store->restored(std::nullopt);
    task.initialize({});
}

/// A task that threw cannot go on; what comes later would only hide the cause.
template <class Work>
void driver::guarded(Work work) {
    if (closed_ || failed_)
        throw streams_error(failed_ ? "the topology under test has failed before and cannot go on; make a new driver"
                                    : "the test driver is closed; make a new one");
    failed_ = true;
    work();
    failed_ = false;
}

void driver::require_input(std::string_view topic) const {
    if (inputs_.contains(topic) || global_offsets_.contains({std::string(topic), 0})) return;
    std::string known;
    for (const auto& [name, partitions] : inputs_) known += (known.empty() ? "" : ", ") + name;
    for (const auto& each : topology_.global_stores()) known += (known.empty() ? "" : ", ") + each.topic;
    throw topology_error(concat("topic ", topic, " is not read by the topology under test, which reads ", known,
                                "; pipe into one of those"));
}

void driver::require_output(std::string_view topic) const {
    const auto& application = options_.config.application_id;
    std::set<std::string> known;
    for (const auto& node : topology_.nodes()) {
        if (node.topic_extractor) return;
        if (node.kind == node_kind::sink) known.insert(full_topic_name(topology_, application, node.topics.front()));
    }
    for (const auto& store : topology_.stores())
        if (store.logging && store.source_topic.empty())
            known.insert(changelog_topic_name(topology_, application, store));
    if (const auto& bad = options_.config.errors_dead_letter_queue_topic_name; !bad.empty()) known.insert(bad);
    // A handler may name any topic for its dead letters.
    if (known.contains(std::string(topic)) || !topics_.written(topic).empty()) return;
    std::string names;
    for (const auto& name : known) names += (names.empty() ? "" : ", ") + name;
    throw topology_error(concat("topic ", topic, " is not written by the topology under test, which writes ",
                                names.empty() ? "none" : names, "; read one of those"));
}

std::int32_t driver::place(std::string_view topic, const raw_test_record& record, std::int32_t count) {
    std::int32_t partition = 0;
    if (record.partition)
        partition = *record.partition;
    else if (record.key)
        partition = partition_of(*record.key, count);
    else
        partition = next_without_key_++ % count;
    if (partition < 0 || partition >= count)
        throw streams_error(concat("partition ", partition, " cannot be piped into, because topic ", topic, " has ",
                                   count, "; name one from 0 to ", count - 1));
    return partition;
}

void driver::pipe(std::string_view topic, const raw_test_record& record) {
    require_input(topic);
    const auto reader = inputs_.find(topic);
    const bool global = reader == inputs_.end();
    const auto count = global ? partitions_of(topic) : static_cast<std::int32_t>(reader->second.size());
    const std::int32_t partition = place(topic, record, count);
    guarded([&] {
        if (global)
            update_global({std::string(topic), partition}, record);
        else
            enqueue(reader->second[static_cast<std::size_t>(partition)], record);
        process_all();
    });
}

void driver::enqueue(input& to, raw_test_record record) {
    stream_task& task = *tasks_[to.task];
    task.add(to.task_input, one_record(to.partition, std::move(record), to.next_offset++));
    task.polled();
}

/// What was written to a topic that a source reads comes back as input.
void driver::route_new() {
    for (const auto& each : topics_.take_new()) {
        const auto& name = topics_.name(each.topic);
        const auto& record = topics_.record(each);
        if (const topic_partition global{name, *record.partition}; global_offsets_.contains(global)) {
            update_global(global, record);
            continue;
        }
        const auto reader = inputs_.find(name);
        if (reader == inputs_.end()) continue;
        enqueue(reader->second[static_cast<std::size_t>(*record.partition)], record);
    }
}

void driver::process_all() {
    route_new();
    for (bool progress = true; std::exchange(progress, false);) {
        for (auto& task : tasks_) {
            const bool went_on = task->work_on_pending();
            if (!task->process() && !went_on) continue;
            progress = true;
            task->punctuate_stream_time();
            commit(*task);
            route_new();
        }
    }
}

void driver::commit(stream_task& task) {
    task.flush_stores();
    task.tell_last_changelogs();
    if (task.pending()) return; // what it forwarded is to be seen all the same
    (void)task.committable();
    task.committed([&](const task_store& store) -> std::optional<std::int64_t> {
        if (!store.sink) return std::nullopt;
        return topics_.last_offset(topics_.open(store.changelog_topic), task.id().partition);
    });
    if (!budget_.asks_back()) return;
    for (auto& each : stores_) each->give_back();
    if (globals_) globals_->give_back();
}

void driver::advance_wall_clock(std::chrono::milliseconds span) {
    guarded([&] {
        time_.advance(span);
        for (auto& task : tasks_) {
            task->punctuate_wall_clock();
            commit(*task);
        }
        process_all();
    });
}

bool driver::pending() const {
    return std::ranges::any_of(tasks_, [](const auto& each) { return each->pending(); });
}

bool driver::await_pending(std::chrono::milliseconds at_most) {
    const std::int64_t deadline = machine().after(at_most);
    guarded([&] {
        process_all();
        while (pending() && woken_.wait(deadline)) process_all();
    });
    return !pending();
}

const store_spec& driver::spec_of(std::string_view store) const {
    if (const auto* spec = topology_.find_store(store)) return *spec;
    std::string known;
    for (const auto& spec : topology_.stores()) known += (known.empty() ? "" : ", ") + spec.name;
    throw topology_error(concat("store ", store, " is not in the topology under test, which has ",
                                known.empty() ? "none" : known, "; name one of those"));
}

std::vector<state_store*> driver::stores(std::string_view name) {
    (void)spec_of(name);
    std::vector<state_store*> found;
    if (topology_.is_global_store(name)) return {globals_->find_store(name)};
    for (auto& each : stores_)
        if (auto* store = each->find(name)) found.push_back(store);
    return found;
}

void driver::close() {
    if (std::exchange(closed_, true)) return;
    for (auto& task : tasks_) {
        if (failed_)
            task->abandon();
        else
            task->close();
    }
    for (auto& each : stores_) (void)each->close();
    if (globals_) globals_->close();
}

} // namespace

std::unique_ptr<byte_driver> make_byte_driver(topology topology, test_driver_options options) {
    return std::make_unique<driver>(std::move(topology), std::move(options));
}

} // namespace streams::inline v0
