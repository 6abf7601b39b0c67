#include "src/runtime/thread/stream_thread.hpp"

#include "src/runtime/commit/at_least_once.hpp"
#include "src/runtime/commit/exactly_once.hpp"
#include "src/runtime/topics/topic_names.hpp"

#include <streams/core/log.hpp>
#include <streams/core/saturation.hpp>

#include <algorithm>
#include <ranges>
#include <utility>

namespace streams::inline v0 {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t most_polled = 1000; ///< max.poll.records, as Kafka Streams sets it
constexpr std::size_t longest_round = 1024;
constexpr std::int64_t short_round_ms = 5;
constexpr std::int64_t long_round_ms = 50;

/// A thread that is added when nothing is left has the least, reserved or not: with less its client would stand still.
std::size_t queue_bytes(memory_reservation& queue, std::size_t least) {
    return std::max(queue.resize_to_most(), least);
}

kafka::consumer_options group_consumer(const thread_environment& environment, const std::string& name,
                                       std::int32_t number, membership joins_as, std::size_t queue_bytes) {
    const auto& config = environment.config;
    kafka::consumer_options options;
    options.client_id = client_id_with_server(name + "-consumer", config.application_server);
    options.group_id = config.application_id;
    options.read_committed = config.exactly_once();
    // Killed and started again, a process takes its place as it was: the group neither stops nor waits for the dead.
    if (joins_as == membership::static_member)
        options.group_instance_id =
            concat(config.group_instance_id.empty() ? environment.process_id : config.group_instance_id, '-', number);
    options.queue_bytes = queue_bytes;
    return options;
}

kafka::consumer_options restore_consumer(const thread_environment& environment, const std::string& name,
                                         std::size_t queue_bytes) {
    kafka::consumer_options options;
    options.client_id = name + "-restore-consumer";
    options.restore = true;
    options.read_committed = environment.config.exactly_once();
    options.queue_bytes = queue_bytes;
    return options;
}

std::size_t records_in(std::span<const kafka::record_batch> batches) {
    std::size_t records = 0;
    for (const kafka::record_batch& each : batches) records += each.records().size();
    return records;
}

kafka::producer_options producer_of(const thread_environment& environment, const std::string& name,
                                    std::int32_t number) {
    kafka::producer_options options;
    options.client_id = name + "-producer";
    if (environment.config.exactly_once()) {
        options.transactional_id = concat(environment.config.application_id, '-', environment.process_id, '-', number);
        options.transaction_timeout = environment.config.transaction_timeout();
    }
    return options;
}

} // namespace

std::unique_ptr<committer> stream_thread::make_committer(std::int32_t number) {
    auto make_producer = [this, options = producer_of(environment_, name_, number)]() mutable {
        options.queue_bytes = queue_bytes(send_queue_, memory::least_send_queue);
        return environment_.clients.make_producer(options);
    };
    auto while_waiting = [this] { stay_in_group(); };
    if (environment_.config.exactly_once())
        return std::make_unique<exactly_once>(std::move(make_producer), *consumer_, environment_, sent_,
                                              metrics_.unwritten(), std::move(while_waiting));
    return std::make_unique<at_least_once>(std::move(make_producer), *consumer_, environment_, sent_,
                                           metrics_.unwritten(), std::move(while_waiting));
}

std::string thread_name(std::string_view client_id, std::int32_t number) {
    return concat(client_id, "-StreamThread-", number);
}

stream_thread::stream_thread(std::int32_t number, const shared_environment& environment, const stop_source& stop,
                             membership joins_as)
    : environment_{environment, stop, &environment.views.newest()}, name_(thread_name(environment.client_id, number)),
      fetch_queue_(environment.memory.budget(), memory_role::fetch_queues),
      restore_queue_(environment.memory.budget(), memory_role::restore_queues),
      send_queue_(environment.memory.budget(), memory_role::send_queues),
      consumer_(environment.clients.make_consumer(
          group_consumer(environment_, name_, number, joins_as, queue_bytes(fetch_queue_, memory::least_fetch_queue)))),
      restore_consumer_(environment.clients.make_consumer(
          restore_consumer(environment_, name_, queue_bytes(restore_queue_, memory::least_fetch_queue)))),
      mailbox_(std::make_shared<query_mailbox>([consumer = consumer_.get()] { consumer->wakeup(); })),
      metrics_(environment.metrics, name_, environment.time), committer_(make_committer(number)),
      tasks_(
          environment_, concat(environment.client_id, "-StateUpdater-", number), *restore_consumer_,
          committer_->collector(), drops_, metrics_, *this, [consumer = consumer_.get()] { consumer->wakeup(); },
          mailbox_->any(), most_pending_),
      valve_(*consumer_, environment.memory.budget(), environment.config.buffered_records_per_partition),
      uncommitted_(environment.memory.budget(), memory_role::uncommitted),
      purge_(environment_.topology(), environment.config, environment.admin, environment.time),
      open_transactions_(environment.time), pace_(environment.config.commits_every()),
      trouble_(environment.config.task_timeout) {
    environment_.directory.enter(mailbox_);
}

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
    subscribed_ = &environment_.views.newest();
    adopt_view();
    subscribing_ = environment_.retried("subscribe");
    rebalancing_since_ = last_poll_ = environment_.time.steady_ms();
    pace_.begun(last_poll_);
}

/// Joins the group anew where a pattern has found other topics. Tasks keep to theirs until they are assigned.
void stream_thread::follow_topics() {
    const topic_view& newest = environment_.views.newest();
    if (&newest == subscribed_) return;
    subscribed_ = &newest;
    subscribing_ = environment_.retried("subscribe");
}

void stream_thread::subscribe() {
    if (!subscribing_) return;
    const auto& topology = subscribed_->topology;
    const auto topics = input_topics(topology, environment_.config.application_id);
    try {
        if (subscribing_->step([&](auto) { return consumer_->subscribe(topics); })) subscribing_.reset();
    } catch (const fenced_error& cause) {
        throw lost_place_error(cause.what(), polls_late());
    }
}

void stream_thread::turn() {
    committer_->collector().serve();
    note_pause();
    tasks_.follow_threads();
    follow_topics();
    subscribe();
    poll(poll_wait(), most_polled);
    serve_queries();
    go_on_with_rebalances();
    missing_.step(environment_.admin, layout_.partitions, environment_.time);
    environment_.group.tell(last_poll_);
    watch_transactions();
    restore();
    if (assigned_ && ready_ && commit_done()) {
        work();
    } else {
        share_.forgive();
        valve_.turned(tasks_);
    }
    if (environment_.memory.budget().asks_back()) tasks_.give_back();
}

void stream_thread::poll(milliseconds wait, std::size_t most) {
    queue_polled();
    const std::int64_t began = environment_.time.steady_ms();
    auto polled = consumer_->poll(wait, most);
    last_poll_ = environment_.time.steady_ms();
    metrics_.polled(began, last_poll_, records_in(polled.batches));
    std::ranges::move(polled.rebalances, std::back_inserter(rebalances_));
    std::ranges::move(polled.batches, std::back_inserter(polled_));
    const bool brought_records = !polled.batches.empty();
    queue_polled();
    for (const auto& each : tasks_.all())
        if (each->running()) each->task->polled();
    reset_positions(polled.out_of_range);
    note_missing(polled.missing_topics);
    throw_unreadable(polled.errors);
    pause_after(polled.errors, brought_records);
}

/// What was done before a pause is committed when it begins: nobody waits until its end for it.
void stream_thread::note_pause() {
    if (environment_.paused.load(std::memory_order_relaxed) == paused_) return;
    paused_ = begins_pause_ = !paused_;
    if (!paused_)
        for (stream_task* task : tasks_.running()) task->go_on();
}

/// Nothing that was polled may lie between the consumer's position and a queue when offsets are committed.
void stream_thread::queue_polled() {
    for (kafka::record_batch& batch : std::exchange(polled_, {})) {
        const auto to = tasks_.find_route(batch.source());
        if (to.task == nullptr) continue; // of a task given up since; read again by its next owner
        to.task->add(to.input, std::move(batch));
        valve_.filled(*to.task, to.input);
    }
}

/// In the middle of a record, which cannot be gone on with later. Its queue is not touched: what a poll brings waits.
void stream_thread::stay_in_group() {
    if (environment_.time.steady_ms() - last_poll_ < environment_.longest_step().count()) return;
    auto polled = consumer_->poll(milliseconds(0), 1);
    last_poll_ = environment_.time.steady_ms();
    std::ranges::move(polled.batches, std::back_inserter(polled_));
    reset_positions(polled.out_of_range);
    note_missing(polled.missing_topics);
    throw_unreadable(polled.errors);
    if (polled.rebalances.empty()) return;
    std::ranges::move(polled.rebalances, std::back_inserter(rebalances_));
    throw lost_records_error("the group takes its partitions back while the cluster takes no records; nothing read "
                             "since the last commit is committed");
}

/// The group may have gone on without it.
bool stream_thread::polls_late() const {
    return environment_.time.steady_ms() - last_poll_ >= environment_.config.max_poll_interval.count();
}

void stream_thread::throw_unreadable(std::span<const kafka::result> errors) {
    for (const auto& failure : errors) {
        if (failure.kind() == kafka::error_class::fenced) throw lost_place_error(failure.reason(), false);
        if (failure.kind() != kafka::error_class::retriable)
            throw cluster_error(concat("input cannot be read: ", failure.reason()));
    }
}

/// A topic that a pattern has found may go again; without another its tasks have no work.
void stream_thread::note_missing(std::span<const std::string> topics) {
    for (const std::string& topic : topics) {
        if (!is_found_by_pattern(environment_.topology(), topic) && layout_.partitions.contains(topic))
            missing_.note(topic, environment_.time);
        else
            environment_.on_other_topics();
    }
}

void stream_thread::pause_after(std::span<const kafka::result> errors, bool brought_records) {
    if (errors.empty()) {
        if (brought_records) error_pause_ = milliseconds(0);
        return;
    }
    if (error_pause_.count() == 0) log(log_level::warn, concat(name_, ": ", errors.front().reason(), "; trying again"));
    // A client that answers errors at once must not make this a busy loop.
    error_pause_ = std::clamp(error_pause_ * 2, milliseconds(20), milliseconds(1000));
    if (!brought_records && !anything_processable())
        environment_.stop.wait_until(environment_.time.after(error_pause_));
}

milliseconds stream_thread::poll_wait() {
    const std::int64_t now = environment_.time.steady_ms();
    const std::int64_t next = next_step();
    const bool has_mail = mailbox_->any().load(std::memory_order_relaxed);
    if (next <= now || has_mail || committer_->committing() || anything_processable()) return milliseconds(0);
    milliseconds wait = std::min(environment_.config.poll, milliseconds(next - now));
    if (!tasks_.empty()) {
        const auto due = detail::sub_sat(pace_.next(), now);
        if (due > 0) wait = std::min(wait, milliseconds(due));
    }
    for (const auto& each : tasks_.all()) {
        const auto held = each->running() ? each->task->held_until() - environment_.time.wall_ms() : 0;
        if (held > 0) wait = std::min(wait, milliseconds(held));
    }
    return wait;
}

/// When something can be gone on with that waits for the cluster, or for what nodes wait for, steady ms.
std::int64_t stream_thread::next_step() const {
    std::int64_t next = lost_positions_.next();
    if (tasks_.any_restored()) next = std::min(next, reopen_at_);
    for (const auto& each : tasks_.all()) {
        if (each->running()) next = std::min(next, each->task->next_pending());
        if (!assigned_) continue;
        if (each->state() == task_state::restoring && each->seeking)
            next = std::min(next, each->seeking->next(seeking_rest_));
        if (each->awaited) next = std::min(next, each->awaited->asking.next(awaiting_rest_));
        if (each->opening) next = std::min(next, std::max(each->opening->next(), reopen_at_));
    }
    next = std::min(next, missing_.next());
    if (subscribing_) next = std::min(next, subscribing_->next());
    if (taking_on_)
        next = std::min(next, taking_on_->starts ? taking_on_->starts->next() : taking_on_->learning.next());
    if (acknowledging_) next = std::min(next, acknowledging_->next());
    if (assigned_ && locating_) next = std::min(next, std::max(locating_->next(), reopen_at_));
    if (resuming_) next = std::min(next, resuming_->next());
    return next;
}

bool stream_thread::anything_processable() {
    return assigned_ && !paused_ && std::ranges::any_of(tasks_.all(), [](const auto& each) {
               return each->running() && each->task->processable();
           });
}

void stream_thread::restore() {
    const std::int64_t until = environment_.time.after(slice);
    ready_ = committer_->ready(slice);
    const bool recovered = environment_.time.steady_ms() >= reopen_at_;
    tasks_.let_restore(recovered && !environment_.paused.load(std::memory_order_relaxed));
    if (assigned_ && recovered) {
        tasks_.open_planned(until);
        for (const auto& each : tasks_.all()) // taken back to their last commit
            if (each->state() == task_state::suspended && each->located) tasks_.resume(*each);
    }
    if (recovered) tasks_.take_restored();
    if (assigned_) put_in_place(until);
    set_lost_positions(until);
    while (ready_ && !committer_->committing()) {
        const managed_task* const started = tasks_.start_restored();
        if (started == nullptr) break;
        unresumed_.insert(unresumed_.end(), started->inputs().begin(), started->inputs().end());
    }
    resume_inputs();
    if (assigned_) learn_awaited(until);
    if (assigned_ && recovered) locate_tasks(until);
    limit_standbys();
}

void stream_thread::work() {
    const std::int64_t give_way = last_poll_ + environment_.config.max_poll_interval.count() / 4;
    for (;;) {
        serve_queries();
        const std::int64_t before = environment_.time.steady_ms();
        metrics_.round_begins(before);
        const bool too_many_updates = !updates_fit_ && committer_->all_or_nothing();
        const std::size_t taken = paused_ || too_many_updates ? 0 : process_round();
        const std::int64_t processed_at = taken > 0 ? environment_.time.steady_ms() : before;
        if (taken > 0) metrics_.processed(before, processed_at, taken);
        const std::size_t punctuated = paused_ ? 0 : punctuate();
        const std::int64_t after = environment_.time.steady_ms();
        if (punctuated > 0) metrics_.punctuated(processed_at, after, punctuated);
        if (!commit_where_due()) break; // gone on with after a poll
        if (after - before > long_round_ms)
            round_ = std::max<std::size_t>(round_ / 2, 1);
        else if (after - before < short_round_ms)
            round_ = std::min(round_ * 2, longest_round);
        if (taken == 0) share_.forgive();
        if (taken == 0 || after >= give_way || environment_.stop.stop_requested()) break;
        committer_->collector().serve();
    }
    valve_.turned(tasks_);
}

std::size_t stream_thread::process_round() {
    const std::size_t most = committer_->collector().expects_refused() ? 1 : round_;
    const auto all = tasks_.all();
    std::size_t taken = 0;
    std::size_t looked_at = 0;
    for (; looked_at < all.size(); ++looked_at) {
        if (taken > 0 && queries_are_due()) break; // the others come first in the next round
        managed_task& each = *all[(first_of_round_ + looked_at) % all.size()];
        if (!each.running()) continue;
        each.task->work_on_pending();
        taken += process(*each.task, most);
    }
    if (looked_at < all.size()) first_of_round_ = (first_of_round_ + looked_at) % all.size();
    if (taken > 0) processed_.store(processed_.load(std::memory_order_relaxed) + taken, std::memory_order_relaxed);
    return taken;
}

/// Up to so many records, fewer where queries are due.
std::size_t stream_thread::process(stream_task& task, std::size_t most) {
    std::size_t taken = 0;
    while (taken < most) {
        const std::size_t now = task.process(most - taken); // one, where there is mail
        share_.processed(now);
        taken += now;
        if (now == 0 || !mailbox_->any().load(std::memory_order_relaxed) || queries_are_due()) break;
    }
    return taken;
}

std::size_t stream_thread::punctuate() {
    std::size_t punctuated = 0;
    for (stream_task* task : tasks_.running()) {
        if (task->punctuate_stream_time()) ++punctuated;
        if (task->punctuate_wall_clock()) ++punctuated;
    }
    return punctuated;
}

void stream_thread::report() {
    publish_tasks(); // before anybody hears that they run
    const bool all_run = assigned_ && tasks_.all_running();
    if (all_run && rebalancing_since_) {
        log(log_level::info, concat(name_, " runs its tasks; the rebalance took ",
                                    environment_.time.steady_ms() - *rebalancing_since_, " ms"));
        rebalancing_since_.reset();
    }
    set_running(all_run);
    measure(all_run);
    stream_times_.note(tasks_);
}

void stream_thread::set_running(bool now) {
    if (running_.exchange(now, std::memory_order_acq_rel) != now) environment_.on_progress();
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
