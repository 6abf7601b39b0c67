#include "src/runtime/application/application.hpp"

#include "src/runtime/thread/retry.hpp"
#include "src/runtime/topics/topic_names.hpp"

#include <streams/core/log.hpp>

#include <algorithm>
#include <system_error>

namespace streams::inline v0 {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_patience{5000};  ///< how long start() waits for the cluster before threads do
constexpr milliseconds attempt_timeout{2000}; ///< also how long a close may wait then
constexpr milliseconds longest_pause{10'000};

thread_local const void* turned_here = nullptr; ///< the application that the calling thread belongs to

bool created(application_state now) { return now == application_state::created; }

std::string client_id_of(const streams_config& config) {
    return config.client_id.empty() ? config.application_id : config.client_id;
}

} // namespace

kafka_streams::application::application(topology topology, streams_config config,
                                        std::shared_ptr<kafka::client_supplier> clients, execution& time,
                                        state_disk& disk)
    : topology_(std::move(topology)), config_(std::move(config)), clients_(std::move(clients)), time_(time),
      stop_(time, "the end of application " + config_.application_id),
      memory_(memory_limits_of(config_, !topology_.global_stores().empty())),
      states_(config_.state_dir / config_.application_id, time_, disk), retention_(layout_, time_),
      status_(config_.application_id, time_),
      progressed_(time.make_condition("topics and global stores of application " + config_.application_id)),
      starting_(time, "the start of application " + config_.application_id) {
    static_cast<void>(topology_.sub_topologies()); // throws for an empty topology
    check_internal_names(topology_, config_.application_id);
}

kafka_streams::application::~application() { close(milliseconds::max()); }

std::unique_lock<waiting_mutex> kafka_streams::application::hold_while(bool (*admitted)(application_state),
                                                                       std::string_view doing,
                                                                       std::string_view remedy) {
    const auto check = [&] {
        if (const auto now = status_.state(); !admitted(now))
            throw streams_error(concat("application ", config_.application_id, " cannot ", doing, " in state ",
                                       to_string(now), "; ", remedy));
    };
    check(); // a listener may call this while this thread starts the application
    std::unique_lock one(starting_);
    check();
    return one;
}

void kafka_streams::application::set_restore_listener(restore_listener listener) {
    const auto one = hold_while(created, "be given a restore listener", "set it before start()");
    on_restore_ = std::move(listener);
}

void kafka_streams::application::start() {
    const auto one = hold_while(created, "be started", "make a new kafka_streams to start it again");
    states_.open(topology_);
    try {
        admin_ = clients_->make_admin(client_id_of(config_) + "-admin");
        if (topology_.has_patterns()) find_topics();
        environment_ = std::make_unique<thread_environment>(
            thread_environment{topology_, config_, *clients_, *admin_, time_, stop_, states_, store_memory_, layout_,
                               on_restore_, [this] { note_progress(); }, retention_, client_id_of(config_)});
        environment_->process_id = states_.process_id(time_);
        if (!topology_.global_stores().empty()) globals_ = std::make_unique<global_thread>(*environment_);
        environment_->globals = globals_.get();
        std::vector<std::unique_ptr<stream_thread>> made;
        // Without anything for tasks to do, global stores are filled and kept current all the same.
        const std::int32_t threads = topology_.sub_topologies().empty() ? 0 : config_.num_stream_threads;
        for (std::int32_t number = 1; number <= threads; ++number)
            made.push_back(std::make_unique<stream_thread>(number, *environment_));
        topics_ready_ = set_up(first_patience);
        const std::lock_guard lock(mutex_);
        stream_threads_ = std::move(made);
    } catch (...) {
        states_.close();
        throw;
    }
    if (states_.holds_stores())
        cleaner_ = std::make_unique<state_cleaner>(client_id_of(config_) + "-CleanupThread", time_, states_,
                                                   config_.state_cleanup_delay,
                                                   [this] { return status_.state() == application_state::running; });
    alive_ = stream_threads_.size() + (globals_ ? 1 : 0);
    globals_ready_ = !globals_;
    status_.change(application_state::rebalancing);
    const std::size_t wanted = alive_;
    try {
        if (globals_) threads_.push_back(time_.start_thread(globals_->name(), [this] { run_globals(); }));
        for (std::size_t at = 0; at < stream_threads_.size(); ++at)
            threads_.push_back(time_.start_thread(stream_threads_[at]->name(), [this, at] { run(at); }));
    } catch (const std::system_error& cause) {
        const auto reason = concat("the operating system refuses thread ", threads_.size() + 1, " of ", wanted, ": ",
                                   cause.what(), "; lower num.stream.threads, or raise its limit");
        fail(reason);
        for (std::size_t missing = wanted - threads_.size(); missing > 0; --missing) one_ended();
        throw streams_error(reason);
    }
}

void kafka_streams::application::find_topics() {
    std::vector<std::string> existing;
    call_patiently(patience(time_, stop_, first_patience),
                   "list the topics of the cluster, which sources with a pattern read",
                   [&] { return admin_->list(existing, attempt_timeout); });
    topology_ = topology_.with_topics(existing, config_.application_id);
}

bool kafka_streams::application::set_up(milliseconds timeout) {
    const auto answer = set_up_topics(topology_, config_, *admin_, timeout, layout_);
    if (answer.ok()) return true;
    if (!cluster_was_away_)
        log(log_level::info, concat("application ", config_.application_id, " waits for the cluster: ", answer.reason(),
                                    "; trying again until it answers"));
    cluster_was_away_ = true;
    return false;
}

bool kafka_streams::application::await_set_up(bool leads) {
    milliseconds pause{100};
    std::unique_lock lock(mutex_);
    while (leads && !topics_ready_ && !stop_.stop_requested()) {
        lock.unlock();
        const bool ready = set_up(attempt_timeout);
        if (!ready) stop_.wait_until(time_.after(pause));
        pause = std::min(pause * 2, longest_pause);
        lock.lock();
        topics_ready_ = ready;
    }
    progressed_->notify_all();
    progressed_->wait(lock, never, [&] { return topics_ready_ || stop_.stop_requested(); });
    return !stop_.stop_requested();
}

void kafka_streams::application::run(std::size_t at) noexcept {
    turned_here = this;
    stream_thread& thread = *stream_threads_[at];
    try {
        if (await_set_up(at == 0) && await_globals())
            while (thread.run_once()) continue;
        else
            thread.abandon();
    } catch (const std::exception& cause) {
        fail(cause.what());
        thread.abandon();
    } catch (...) {
        fail("an exception that is no std::exception left a stream thread; derive it from std::exception");
        thread.abandon();
    }
    one_ended();
}

bool kafka_streams::application::await_globals() {
    std::unique_lock lock(mutex_);
    progressed_->wait(lock, never, [&] { return globals_ready_ || stop_.stop_requested(); });
    return !stop_.stop_requested();
}

void kafka_streams::application::run_globals() noexcept {
    turned_here = this;
    try {
        if (await_set_up(stream_threads_.empty())) keep_globals_current();
    } catch (const stopped_error&) { // while it waited for the cluster
    } catch (const std::exception& cause) {
        fail(cause.what());
    } catch (...) {
        fail("an exception that is no std::exception left the thread of the global stores; derive it from "
             "std::exception");
    }
    {
        // Tasks read the stores to their end.
        std::unique_lock lock(mutex_);
        progressed_->wait(lock, never, [&] { return alive_ <= 1; });
    }
    globals_->close();
    one_ended();
}

void kafka_streams::application::keep_globals_current() {
    while (!globals_->fill())
        if (stop_.stop_requested()) return;
    {
        const std::lock_guard lock(mutex_);
        globals_ready_ = true;
    }
    progressed_->notify_all();
    if (stream_threads_.empty()) note_progress();
    while (!stop_.stop_requested()) globals_->run_once();
}

void kafka_streams::application::note_progress() noexcept {
    status_.follow([this] {
        return std::all_of(stream_threads_.begin(), stream_threads_.end(),
                           [](const auto& thread) { return thread->running(); });
    });
}

void kafka_streams::application::fail(const std::string& reason) noexcept {
    if (status_.change(application_state::pending_error, reason))
        log(log_level::error, concat("application ", config_.application_id, " stops: ", reason));
    stop_threads();
}

void kafka_streams::application::stop_threads() noexcept {
    stop_.request_stop();
    {
        const std::lock_guard lock(mutex_); // who has looked for a stop under it is waiting now
    }
    progressed_->notify_all();
}

void kafka_streams::application::one_ended() noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (alive_.fetch_sub(1) != 1) {
            progressed_->notify_all();
            return;
        }
    }
    cleaner_.reset();
    states_.close();
    if (!status_.change(application_state::error)) status_.change(application_state::not_running);
}

bool kafka_streams::application::runs_here() const noexcept { return turned_here == this || status_.tells_here(); }

void kafka_streams::application::ask_for_end() noexcept {
    status_.change(application_state::pending_shutdown);
    stop_threads();
}

bool kafka_streams::application::close(milliseconds timeout) {
    if (timeout.count() < 0)
        throw streams_error(concat("close() was given ", timeout.count(), " ms; give 0 to ask for the end only"));
    if (runs_here()) {
        ask_for_end();
        return ended(status_.state());
    }
    const std::int64_t deadline = time_.after(timeout);
    if (!starting_.lock_until(deadline)) return false;
    std::unique_lock one(starting_, std::adopt_lock);
    ask_for_end();
    if (threads_.empty()) status_.change(application_state::not_running);
    one.unlock();
    if (!status_.wait_for_end(milliseconds(deadline - time_.steady_ms()))) return false;
    one.lock();
    for (const auto& thread : threads_) thread->join();
    return true;
}

void kafka_streams::application::clean_up() {
    const auto idle = [](application_state now) { return now == application_state::created || ended(now); };
    const auto one = hold_while(idle, "remove its state folder", "close it first");
    states_.clear();
}

application_counts kafka_streams::application::counts() const {
    application_counts sum;
    for (std::size_t at = 0; at < memory_roles; ++at) {
        const auto role = static_cast<memory_role>(at);
        if (const auto reserved = memory_.reserved(role); reserved > 0) sum.memory[role] = reserved;
    }
    stream_times::by_sub_topology times;
    const std::lock_guard lock(mutex_);
    const auto add_drops = [&](const drop_counters& drops) {
        for (std::size_t at = 0; at < drop_reasons; ++at) {
            const auto reason = static_cast<drop_reason>(at);
            if (const auto dropped = drops[reason]; dropped > 0) sum.dropped[reason] += dropped;
        }
    };
    if (globals_) add_drops(globals_->drops());
    for (const auto& thread : stream_threads_) {
        sum.processed += thread->processed();
        sum.sent += thread->sent();
        add_drops(thread->drops());
        thread->stream_times().add_to(times);
    }
    for (const auto& [sub_topology, range] : times)
        sum.stream_time_spread.emplace(sub_topology, range.latest - range.earliest);
    return sum;
}

} // namespace streams::inline v0
