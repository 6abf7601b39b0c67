#include "src/runtime/thread/stream_thread.hpp"

#include "src/runtime/commit/at_least_once.hpp"
#include "src/runtime/thread/retry.hpp"
#include "src/runtime/topics/topic_names.hpp"

#include <streams/core/log.hpp>

#include <algorithm>
#include <ranges>
#include <utility>

namespace streams::inline v0 {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t most_polled = 1000; ///< max.poll.records, as Kafka Streams sets it
constexpr std::size_t longest_round = 1024;
constexpr std::size_t most_uncommitted_bytes = 64 * 1024 * 1024; ///< of an application (KIP-892's default)
constexpr std::int64_t short_round_ms = 5;
constexpr std::int64_t long_round_ms = 50;
constexpr milliseconds restore_wait{20};
constexpr milliseconds call_timeout{5000};

kafka::consumer_options group_consumer(const thread_environment& environment, const std::string& name,
                                       std::int32_t number) {
    const auto& config = environment.config;
    kafka::consumer_options options;
    options.client_id = name + "-consumer";
    options.group_id = config.application_id;
    if (!config.group_instance_id.empty()) options.group_instance_id = concat(config.group_instance_id, '-', number);
    return options;
}

kafka::consumer_options restore_consumer(const std::string& name) {
    kafka::consumer_options options;
    options.client_id = name + "-restore-consumer";
    options.restore = true;
    return options;
}

std::string list_of(const task_manager& tasks) {
    if (tasks.empty()) return "no tasks";
    std::string text = tasks.all().size() == 1 ? "task" : "tasks";
    for (const auto& each : tasks.all()) text += concat(' ', to_string(each->id()));
    return text;
}

} // namespace

stream_thread::stream_thread(std::int32_t number, const thread_environment& environment)
    : environment_(environment), name_(concat(environment.client_id, "-StreamThread-", number)),
      consumer_(environment.clients.make_consumer(group_consumer(environment, name_, number))),
      restore_consumer_(environment.clients.make_consumer(restore_consumer(name_))),
      committer_(std::make_unique<at_least_once>(
          [this] { return environment_.clients.make_producer({.client_id = name_ + "-producer"}); }, *consumer_,
          environment, sent_)),
      tasks_(environment, *restore_consumer_, committer_->collector(), drops_, *this),
      valve_(*consumer_, environment.config.buffered_records_per_partition),
      purge_(environment.topology, environment.config, environment.admin, environment.time) {}

stream_thread::~stream_thread() { abandon(); }

bool stream_thread::run_once() {
    if (!environment_.stop.stop_requested()) {
        try {
            if (!assignor_) join();
            turn_or_recover();
            report();
            return true;
        } catch (const stopped_error&) { // in the middle of a turn
        }
    }
    leave();
    return false;
}

void stream_thread::join() {
    assignor_ = make_range_assignor(environment_.topology, environment_.config.application_id);
    layout_ = environment_.layout;
    subscribe();
    rebalancing_since_ = last_commit_ = last_poll_ = environment_.time.steady_ms();
}

void stream_thread::subscribe() {
    const auto topics =
        input_topics(environment_.topology, environment_.topology.sub_topologies(), environment_.config.application_id);
    call_patiently(environment_.task_patience(), "subscribe", [&] { return consumer_->subscribe(topics); });
}

void stream_thread::turn() {
    committer_->collector().serve(); // before the poll: what it throws must not lose a rebalance
    const auto wait = poll_wait();
    all_queued_ = false;
    auto polled = consumer_->poll(wait, most_polled);
    last_poll_ = environment_.time.steady_ms();
    for (const kafka::rebalance& change : polled.rebalances) handle(change);
    note_errors(polled);
    reset_positions(polled.out_of_range);
    queue(std::move(polled.batches));
    all_queued_ = true;
    restore();
    work();
}

milliseconds stream_thread::poll_wait() {
    if (tasks_.restoring() || anything_processable()) return milliseconds(0);
    milliseconds wait = environment_.config.poll;
    if (!tasks_.empty()) {
        const auto due = environment_.config.commit_interval.count() - (environment_.time.steady_ms() - last_commit_);
        if (due > 0) wait = std::min(wait, milliseconds(due));
    }
    for (const auto& each : tasks_.all()) {
        const auto held = each->running() ? each->task->held_until() - environment_.time.wall_ms() : 0;
        if (held > 0) wait = std::min(wait, milliseconds(held));
    }
    return wait;
}

bool stream_thread::anything_processable() {
    return std::ranges::any_of(tasks_.all(),
                               [](const auto& each) { return each->running() && each->task->processable(); });
}

void stream_thread::handle(const kafka::rebalance& change) {
    if (!rebalancing_since_) rebalancing_since_ = environment_.time.steady_ms();
    switch (change.kind) {
    case kafka::rebalance::event::assigned:
        try {
            take_on(change);
        } catch (const fenced_error&) {
            acknowledge(change);
            throw;
        }
        break;
    case kafka::rebalance::event::revoked:
        let_go();
        acknowledge(change);
        break;
    case kafka::rebalance::event::lost:
        log(log_level::info,
            concat(name_, " lost its partitions to other members; what was not committed is done again"));
        give_up();
        acknowledge(change);
        break;
    }
}

/// The group waits for it.
void stream_thread::acknowledge(const kafka::rebalance& change) {
    call_patiently(environment_.task_patience(), "acknowledge a rebalance", [&] {
        auto answer = consumer_->acknowledge(change, {}, false);
        if (answer || answer.kind() == kafka::error_class::retriable) return answer;
        log(log_level::warn, concat(name_, " could not acknowledge a rebalance: ", answer.reason()));
        return kafka::result();
    });
}

void stream_thread::take_on(const kafka::rebalance& assigned) {
    set_running(false);
    std::vector<topic_partition> group;
    if (!assigned.partitions.empty() && !learn_assignment(group)) return acknowledge(assigned);
    layout_ = grown(std::move(layout_), environment_.topology, environment_.config, group);
    std::map<task_id, std::vector<topic_partition>> wanted;
    for (const task_id id : assignor_->assign(assigned.partitions, group).active)
        wanted[id] = task_inputs(environment_.topology, environment_.config.application_id, layout_, id);
    keep_only(wanted);

    std::vector<managed_task*> staying;
    std::vector<managed_task*> planned;
    std::vector<topic_partition> inputs;
    for (auto& [id, partitions] : wanted) {
        if (managed_task* stays = tasks_.find(id)) {
            staying.push_back(stays);
            continue;
        }
        inputs.insert(inputs.end(), partitions.begin(), partitions.end());
        planned.push_back(&tasks_.plan(id, std::move(partitions)));
    }
    auto found = find_start_positions(*consumer_, environment_.topology, environment_.config,
                                      environment_.task_patience(), inputs);
    for (managed_task* task : planned)
        for (const auto& committed : found.committed)
            if (std::ranges::find(task->inputs(), committed.partition) != task->inputs().end())
                task->committed.push_back(committed);
    for (managed_task* task : planned)
        for (const auto& [partition, offset] : found.positions)
            if (std::ranges::find(task->inputs(), partition) != task->inputs().end()) task->begins[partition] = offset;
    for (managed_task* task : planned) task->located = true;
    for (const managed_task* task : staying)
        for (const topic_partition& input : task->inputs())
            found.positions.emplace_back(input, task->reads_on_at(input));
    for (const auto& [partition, offset] : found.positions) starts_[partition] = offset;
    // Paused until its task runs; a partition that the group gave us and no task of ours reads is left out.
    const auto answer = consumer_->acknowledge(assigned, found.positions, true);
    if (!answer) {
        if (answer.kind() == kafka::error_class::fatal)
            throw cluster_error(concat("assigned partitions cannot be read: ", answer.reason()));
        throw fenced_error(answer.reason());
    }
    assigned_ = true;
    for (managed_task* task : staying) {
        task->out_of_place = false;
        tasks_.resume(*task);
        if (task->running()) resume(*task);
    }
    if (tasks_.empty()) failing_since_.reset();
    log(log_level::info, concat(name_, " was assigned ", list_of(tasks_)));
}

/// Closes the tasks that the group has given to others, or changed, or that somebody else has worked on meanwhile.
void stream_thread::keep_only(const std::map<task_id, std::vector<topic_partition>>& wanted) {
    std::vector<task_id> gone;
    std::vector<const managed_task*> given_back;
    std::vector<topic_partition> inputs;
    for (const auto& each : tasks_.all()) {
        const auto found = wanted.find(each->id());
        if (each->state() != task_state::suspended || found == wanted.end() || found->second != each->inputs()) {
            gone.push_back(each->id());
            continue;
        }
        given_back.push_back(each.get());
        inputs.insert(inputs.end(), each->inputs().begin(), each->inputs().end());
    }
    std::vector<kafka::committed_offset> committed;
    if (!inputs.empty())
        call_patiently(environment_.task_patience(), "read the committed offsets of the group", [&] {
            committed.clear();
            return consumer_->committed(inputs, committed, call_timeout);
        });
    for (const managed_task* each : given_back)
        if (!each->stands_at(committed)) gone.push_back(each->id());
    for (const task_id id : gone) {
        try {
            tasks_.close(id);
        } catch (const state_error& cause) { // what is committed is in the changelog too
            log(log_level::warn, concat(task_name(id), " was handed over with an error: ", cause.what()));
        }
    }
}

bool stream_thread::learn_assignment(std::vector<topic_partition>& group) {
    try {
        call_patiently(environment_.task_patience(), "learn what the group gave to its members",
                       [&] { return consumer_->group_partitions(group, call_timeout); });
        return true;
    } catch (const fenced_error& cause) {
        log(log_level::info, concat(name_, " takes on nothing yet: ", cause.what()));
        return false;
    }
}

void stream_thread::let_go() {
    set_running(false);
    assigned_ = false;
    const auto without_commit = [&](const std::exception& cause) {
        log(log_level::warn, concat(name_, " hands its tasks over without a last commit: ", cause.what()));
        give_up();
    };
    try {
        commit(environment_.task_patience());
        tasks_.suspend();
    } catch (const stopped_error&) {
        throw; // there is a last commit to come
    } catch (const task_error& cause) {
        without_commit(cause);
    } catch (const state_error& cause) {
        without_commit(cause);
    }
    valve_.forget();
}

void stream_thread::close_committed() {
    while (!tasks_.empty()) tasks_.close(tasks_.all().back()->id());
}

void stream_thread::note_errors(const kafka::poll_result& polled) {
    for (const auto& failure : polled.errors) {
        if (failure.kind() == kafka::error_class::fenced) throw fenced_error(failure.reason());
        if (failure.kind() != kafka::error_class::retriable)
            throw cluster_error(concat("input cannot be read: ", failure.reason()));
    }
    if (polled.errors.empty()) {
        if (!polled.batches.empty()) error_pause_ = milliseconds(0);
        return;
    }
    if (error_pause_.count() == 0)
        log(log_level::warn, concat(name_, ": ", polled.errors.front().reason(), "; trying again"));
    // A client that answers errors at once must not make this a busy loop.
    error_pause_ = std::clamp(error_pause_ * 2, milliseconds(20), milliseconds(1000));
    if (polled.batches.empty()) environment_.stop.wait_until(environment_.time.after(error_pause_));
}

void stream_thread::reset_positions(std::span<const topic_partition> lost) {
    for (const topic_partition& partition : lost) {
        if (!tasks_.reads(partition)) continue; // given up since
        const auto reset = reset_of(environment_.topology, environment_.config, partition.topic);
        if (reset == offset_reset::none)
            throw cluster_error(concat("the position in ", to_string(partition),
                                       " is not in its log any more, and "
                                       "auto.offset.reset is none; set it to earliest or latest"));
        kafka::log_bounds bounds;
        call_patiently(environment_.task_patience(), concat("find the bounds of ", to_string(partition)),
                       [&] { return consumer_->bounds(partition, bounds, call_timeout); });
        const std::int64_t offset = reset == offset_reset::earliest ? bounds.begin : bounds.end;
        log(log_level::warn, concat("the position in ", to_string(partition),
                                    " is not in its log any more (deleted, or "
                                    "the topic was made anew): going on at offset ",
                                    offset));
        starts_[partition] = offset;
        call_patiently(environment_.task_patience(), concat("seek in ", to_string(partition)),
                       [&] { return consumer_->seek(partition, offset); });
    }
}

void stream_thread::queue(std::vector<kafka::record_batch> batches) {
    for (kafka::record_batch& batch : batches) {
        const auto to = tasks_.find_route(batch.source());
        if (to.task == nullptr) continue; // of a task given up since; read again by its next owner
        to.task->add(to.input, std::move(batch));
        valve_.filled(*to.task, to.input);
    }
    for (const auto& each : tasks_.all())
        if (each->running()) each->task->polled();
}

void stream_thread::restore() {
    if (assigned_ && environment_.time.steady_ms() >= reopen_at_) {
        for (const auto& each : tasks_.all())
            if (!each->located) locate(*each);
        tasks_.open_planned();
        for (const auto& each : tasks_.all()) // taken back to their last commit
            if (each->state() == task_state::suspended) tasks_.resume(*each);
    }
    if (tasks_.restoring()) tasks_.restore(anything_processable() ? milliseconds(0) : restore_wait);
    while (managed_task* started = tasks_.start_restored()) resume(*started);
}

/// Finds out where a task that failed starts again.
void stream_thread::locate(managed_task& planned) {
    auto found = find_start_positions(*consumer_, environment_.topology, environment_.config,
                                      environment_.task_patience(), planned.inputs());
    planned.committed = std::move(found.committed);
    for (const auto& [partition, offset] : found.positions) planned.begins[partition] = offset;
    planned.located = true;
}

void stream_thread::resume(managed_task& task) {
    if (task.out_of_place) {
        const bool queued = std::exchange(all_queued_, false);
        for (const topic_partition& input : task.inputs()) {
            const std::int64_t offset = starts_[input] = task.reads_on_at(input);
            call_patiently(environment_.task_patience(), concat("seek in ", to_string(input)),
                           [&] { return consumer_->seek(input, offset); });
        }
        task.out_of_place = false;
        all_queued_ = queued;
    }
    call_patiently(environment_.task_patience(), "resume the inputs of a task",
                   [&] { return consumer_->resume(task.inputs()); });
}

void stream_thread::work() {
    const std::int64_t give_way = last_poll_ + environment_.config.max_poll_interval.count() / 2;
    for (;;) {
        const std::int64_t before = environment_.time.steady_ms();
        const std::size_t taken = process_round();
        for (const auto& each : tasks_.all()) {
            if (!each->running()) continue;
            each->task->punctuate_stream_time();
            each->task->punctuate_wall_clock();
        }
        const std::int64_t after = environment_.time.steady_ms();
        commit_when_due();
        if (after - before > long_round_ms)
            round_ = std::max<std::size_t>(round_ / 2, 1);
        else if (after - before < short_round_ms)
            round_ = std::min(round_ * 2, longest_round);
        if (taken == 0 || after >= give_way || environment_.stop.stop_requested()) break;
        committer_->collector().serve();
    }
    valve_.turned(tasks_);
}

std::size_t stream_thread::process_round() {
    std::size_t taken = 0;
    for (const auto& each : tasks_.all())
        if (each->running()) taken += each->task->process(round_);
    if (taken > 0) processed_.store(processed_.load(std::memory_order_relaxed) + taken, std::memory_order_relaxed);
    return taken;
}

void stream_thread::commit_when_due() {
    bool due = environment_.time.steady_ms() - last_commit_ >= environment_.config.commit_interval.count();
    std::size_t uncommitted = 0;
    for (const auto& each : tasks_.all()) {
        if (!each->running()) continue;
        due |= each->task->commit_requested();
        uncommitted += each->task->uncommitted_bytes();
    }
    const auto threads = static_cast<std::size_t>(environment_.config.num_stream_threads);
    if (due || uncommitted > most_uncommitted_bytes / threads) commit(environment_.task_patience());
}

void stream_thread::commit(const patience& within) {
    const auto tasks = tasks_.running();
    for (stream_task* task : tasks)
        if (task->commit_needed()) environment_.retention.look(*task);
    if (!tasks.empty()) {
        committer_->prepare(tasks, within);
        purge_.committed(committer_->commit(tasks, all_queued_, within));
        if (tasks_.all_running()) failing_since_.reset();
    }
    last_commit_ = environment_.time.steady_ms();
}

void stream_thread::report() {
    const bool all_run = assigned_ && tasks_.all_running();
    if (all_run && rebalancing_since_) {
        log(log_level::info, concat(name_, " runs its tasks; the rebalance took ",
                                    environment_.time.steady_ms() - *rebalancing_since_, " ms"));
        rebalancing_since_.reset();
    }
    set_running(all_run);
    stream_times_.note(tasks_);
}

void stream_thread::set_running(bool now) {
    if (running_.exchange(now, std::memory_order_acq_rel) != now) environment_.on_progress();
}

void stream_thread::leave() {
    set_running(false);
    const auto without_commit = [&](const std::exception& cause) {
        log(log_level::warn, concat(name_, " ends without a last commit: ", cause.what()));
    };
    try {
        // What has waited until the end for its records to be taken may be half done.
        if (environment_.time.steady_ms() >= patience::end_of(environment_.stop))
            throw stopped_error("the cluster did not answer in time");
        const auto last = patience::at_the_end(environment_.time, environment_.stop, environment_.config.task_timeout);
        commit(last);
        close_committed();
        committer_->collector().flush(last); // what nodes have written while they were closed
    } catch (const lost_store_error&) {
        throw;
    } catch (const task_error& cause) {
        without_commit(cause);
    } catch (const state_error& cause) {
        without_commit(cause);
    }
    if (const auto lost = close(); lost) std::rethrow_exception(lost);
}

void stream_thread::abandon() noexcept {
    if (const auto lost = close(); lost) log(log_level::error, concat(name_, " ends: ", message_of(lost)));
}

std::exception_ptr stream_thread::close() noexcept {
    if (std::exchange(closed_, true)) return nullptr;
    const auto lost = close_tasks();
    consumer_->close();
    restore_consumer_->close();
    committer_->close();
    return lost;
}

std::optional<std::int64_t> stream_thread::position(const topic_partition& partition) {
    if (const auto known = consumer_->position(partition)) return known;
    const auto start = starts_.find(partition);
    return start == starts_.end() ? std::nullopt : std::optional(start->second);
}

std::optional<std::int64_t> stream_thread::lag(const topic_partition& partition) {
    const auto end = consumer_->known_end(partition);
    const auto at = position(partition);
    if (!end || !at) return std::nullopt;
    return std::max<std::int64_t>(*end - *at, 0);
}

} // namespace streams::inline v0
