#include "src/runtime/application/application.hpp"

#include "src/core/log_scope.hpp"
#include "src/runtime/global/lost_global_store.hpp"
#include "src/runtime/tasks/pending_nodes.hpp"
#include "src/runtime/thread/shutdown_request.hpp"
#include "src/runtime/topics/topic_names.hpp"
#include "state/disk/rocksdb_options.hpp"

#include <streams/core/log.hpp>

#include <algorithm>
#include <system_error>
#include <utility>

namespace streams::inline v0 {
namespace {

using std::chrono::milliseconds;

thread_local const void* turned_here = nullptr; ///< the application that the calling thread belongs to

bool created(application_state now) { return now == application_state::created; }

void add_drops(const drop_counters& drops, application_counts& to) {
    for (std::size_t at = 0; at < drop_reasons; ++at) {
        const auto reason = static_cast<drop_reason>(at);
        if (const auto dropped = drops[reason]; dropped > 0) to.dropped[reason] += dropped;
    }
}

/// Before a task finds it out in the middle of a rebalance.
void check_rocksdb_config(const topology& topology, const streams_config& config) {
    if (!config.rocksdb_config) return;
    for (const store_spec& store : topology.stores())
        if (store.persistent) check_rocksdb_settings(store.name, config.rocksdb_config(store.name));
}

std::map<std::string, std::int32_t, std::less<>> sub_topologies_of_stores(const topology& topology) {
    std::map<std::string, std::int32_t, std::less<>> numbers;
    for (const sub_topology& part : topology.sub_topologies())
        for (const std::string& store : part.stores) numbers.emplace(store, part.id);
    return numbers;
}

} // namespace

std::string client_id_of(const streams_config& config) {
    return config.client_id.empty() ? config.application_id : config.client_id;
}

kafka_streams::application::application(topology topology, streams_config config,
                                        std::shared_ptr<kafka::client_supplier> clients, execution& time,
                                        state_disk& disk)
    : topology_(topology.with_store_format(config.dsl_store_format)), config_(std::move(config)),
      clients_(std::move(clients)), time_(time), stop_(time, "the end of application " + config_.application_id),
      metrics_(config_.metrics_recording_level,
               {static_cast<std::size_t>(config_.metrics_num_samples), config_.metrics_sample_window.count()}),
      changelog_metrics_(metrics_, client_id_of(config_), sub_topologies_of_stores(topology_), time_),
      memory_(memory_limits_of(config_)), store_memory_(memory_, config_.rocksdb_config),
      states_(config_.state_dir / config_.application_id, time_, disk), retention_(time_),
      group_(config_.application_id), status_(config_.application_id, time_),
      queries_(std::make_shared<state_queries>(static_cast<query_host&>(*this), topology_, config_, time_)),
      threads_(*this, time),
      progressed_(time.make_condition("topics and global stores of application " + config_.application_id)),
      starting_(time, "the start of application " + config_.application_id) {
    static_cast<void>(topology_.sub_topologies()); // throws for an empty topology
    check_internal_names(topology_, config_.application_id);
    check_waits(topology_, config_);
    check_rocksdb_config(topology_, config_);
}

kafka_streams::application::~application() {
    close(milliseconds::max());
    queries_->end();
}

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

void kafka_streams::application::set_standby_update_listener(standby_update_listener listener) {
    const auto one = hold_while(created, "be given a standby update listener", "set it before start()");
    on_standby_update_ = std::move(listener);
}

void kafka_streams::application::set_uncaught_exception_handler(uncaught_exception_handler handler) {
    const auto one = hold_while(created, "be given an uncaught exception handler", "set it before start()");
    on_uncaught_ = std::move(handler);
}

void kafka_streams::application::start() {
    const application_log_scope logged(config_.application_id);
    const auto one = hold_while(created, "be started", "make a new kafka_streams to start it again");
    states_.open(topology_);
    try {
        make_threads();
        listen();
        topics_ready_ = set_up(first_patience);
    } catch (...) {
        server_.reset();
        threads_.unmake();
        states_.close();
        throw;
    }
    if (states_.holds_stores())
        cleaner_ = std::make_unique<state_cleaner>(
            log_origin{config_.application_id, environment_->client_id + "-CleanupThread", {}}, time_, states_,
            config_.state_cleanup_delay, [this] { return status_.state() == application_state::running; });
    globals_ready_ = globals_ended_ = !globals_;
    watch_ended_ = !topology_.has_patterns();
    status_.change(application_state::rebalancing);
    try {
        threads_.launch();
        start_others();
    } catch (const streams_error& refusal) {
        {
            const std::lock_guard lock(mutex_);
            globals_ended_ = watch_ended_ = true;
        }
        fail(refusal.what());
        throw;
    }
}

void kafka_streams::application::start_others() {
    try {
        if (!watch_ended_) watch_runs_on_ = time_.start_thread(watch_name(), [this] { run_watch(); });
        if (globals_) globals_run_on_ = time_.start_thread(globals_->name(), [this] { run_globals(); });
    } catch (const std::system_error& cause) {
        throw streams_error(
            concat("the operating system refuses the thread of the global stores, or of topic patterns: ", cause.what(),
                   "; raise its limit"));
    }
}

void kafka_streams::application::make_threads() {
    admin_ = clients_->make_admin(client_id_of(config_) + "-admin");
    views_ = std::make_unique<topic_views>(topic_view{topology_, {}});
    on_restore_noted_ = restored_.noting(on_restore_);
    on_standby_update_noted_ = restored_.noting(on_standby_update_);
    on_restore_measured_ = changelog_metrics_.noting(on_restore_noted_);
    on_standby_update_measured_ = changelog_metrics_.noting(on_standby_update_noted_);
    environment_ = std::make_unique<shared_environment>(
        shared_environment{.config = config_,
                           .clients = *clients_,
                           .admin = *admin_,
                           .time = time_,
                           .states = states_,
                           .memory = store_memory_,
                           .views = *views_,
                           .on_restore = on_restore_measured_,
                           .on_standby_update = on_standby_update_measured_,
                           .restored = restored_,
                           .retention = retention_,
                           .group = group_,
                           .directory = queries_->directory(),
                           .instances = instances_,
                           .metrics = metrics_,
                           .threads = threads_.count(),
                           .paused = paused_,
                           .all_end = all_end_,
                           .enter = [this](const std::string& thread) { enter(thread); },
                           .on_progress = [this] { note_progress(); },
                           .on_shutdown_request =
                               [this](const std::string& from) {
                                   fail(thread_exception_response::shutdown_application, asked_to_end(from));
                               },
                           .on_other_topics = [this] { look_for_topics(); },
                           .client_id = client_id_of(config_)});
    environment_->process_id = states_.process_id(time_);
    if (!topology_.global_stores().empty()) {
        global_environment_ =
            std::make_unique<thread_environment>(thread_environment{*environment_, stop_, &views_->newest()});
        auto globals = std::make_unique<global_thread>(*global_environment_);
        const std::lock_guard lock(mutex_);
        globals_ = std::move(globals);
    }
    environment_->globals = globals_.get();
    // Without anything for tasks to do, global stores are filled and kept current all the same.
    threads_.make(topology_.sub_topologies().empty() ? 0 : config_.num_stream_threads, *environment_);
}

void kafka_streams::application::enter(const std::string& thread) {
    turned_here = this;
    log_origin_here() = {config_.application_id, thread, {}};
}

void kafka_streams::application::run_globals() noexcept {
    enter(globals_->name());
    try {
        if (await_topics(stop_)) keep_globals_current();
    } catch (const stopped_error&) { // while it waited for the cluster
    } catch (const corrupt_task_error& damage) {
        fail_without_replacement(lost_global_store(damage, states_.global_folder()));
    } catch (const std::exception& cause) {
        fail_without_replacement(cause);
    } catch (...) {
        fail_without_replacement(
            streams_error("an exception that is no std::exception left the thread of the global stores; derive "
                          "it from std::exception"));
    }
    threads_.await_end_of_all(); // tasks read the stores to their end
    globals_->close();
    {
        const std::lock_guard lock(mutex_);
        globals_ended_ = true;
    }
    end_when_all_have();
}

void kafka_streams::application::keep_globals_current() {
    global_environment_->view = &views_->newest();
    while (!globals_->fill())
        if (stop_.stop_requested()) return;
    {
        const std::lock_guard lock(mutex_);
        globals_ready_ = true;
    }
    progressed_->notify_all();
    if (topology_.sub_topologies().empty()) note_progress();
    while (!stop_.stop_requested()) globals_->run_once();
    globals_->commit();
}

bool kafka_streams::application::may_change_threads(std::string_view doing) const {
    const auto now = status_.state();
    const bool may = now == application_state::running || now == application_state::rebalancing;
    if (!may)
        log(log_level::warn, concat("application ", config_.application_id, " does not ", doing,
                                    " a stream thread in state ", to_string(now)));
    return may;
}

std::optional<std::string> kafka_streams::application::add_stream_thread() {
    const application_log_scope logged(config_.application_id);
    if (!may_change_threads("add") || topology_.sub_topologies().empty()) return std::nullopt;
    auto name = threads_.add(*environment_);
    if (name) note_progress();
    return name;
}

std::optional<std::string> kafka_streams::application::remove_stream_thread(milliseconds timeout) {
    const application_log_scope logged(config_.application_id);
    if (timeout.count() < 0)
        throw streams_error(concat("remove_stream_thread() was given ", timeout.count(),
                                   " ms; give 0 to ask for the end of a thread only"));
    if (!may_change_threads("remove")) return std::nullopt;
    return threads_.remove(runs_here() ? milliseconds(0) : timeout);
}

void kafka_streams::application::note_progress() noexcept {
    status_.follow([this] { return threads_.all_run(); });
}

void kafka_streams::application::fail(const std::string& reason) noexcept {
    if (status_.change(application_state::pending_error, reason))
        log(log_level::error, concat("application ", config_.application_id, " stops: ", reason));
    stop_threads();
}

void kafka_streams::application::stop_threads() noexcept {
    stop_.request_stop();
    threads_.stop_all();
    end_when_all_have();
}

void kafka_streams::application::ended() noexcept {
    note_progress();
    end_when_all_have();
}

void kafka_streams::application::end_when_all_have() noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (!stop_.stop_requested() || !globals_ended_ || !watch_ended_ || !threads_.all_ended() ||
            std::exchange(ended_, true))
            return;
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
    const application_log_scope logged(config_.application_id);
    if (timeout.count() < 0)
        throw streams_error(concat("close() was given ", timeout.count(), " ms; give 0 to ask for the end only"));
    if (runs_here()) {
        ask_for_end();
        return streams::ended(status_.state());
    }
    const std::int64_t deadline = time_.after(timeout);
    if (!starting_.lock_until(deadline)) return false;
    std::unique_lock one(starting_, std::adopt_lock);
    ask_for_end();
    one.unlock();
    if (!status_.wait_for_end(milliseconds(deadline - time_.steady_ms()))) return false;
    one.lock();
    threads_.join();
    if (globals_run_on_) globals_run_on_->join();
    if (watch_runs_on_) watch_runs_on_->join();
    server_.reset();
    return true;
}

void kafka_streams::application::clean_up() {
    const application_log_scope logged(config_.application_id);
    const auto idle = [](application_state now) { return now == application_state::created || streams::ended(now); };
    const auto one = hold_while(idle, "remove its state folder", "close it first");
    states_.clear();
}

std::optional<std::int32_t> kafka_streams::application::partitions_of(std::int32_t sub_topology) const {
    const auto& tasks = views_->newest().layout.tasks;
    const auto found = tasks.find(sub_topology);
    return found == tasks.end() ? std::nullopt : std::optional(found->second);
}

global_stores* kafka_streams::application::filled_globals() const {
    const std::lock_guard lock(mutex_);
    return globals_ready_ ? globals_.get() : nullptr;
}

store_places kafka_streams::application::places() const {
    queries_->require_running("the instances of the application");
    return {views_->newest(), config_.application_id, instances_.all()};
}

std::optional<key_query_metadata> kafka_streams::application::metadata_of_place(
    std::string_view store, const std::function<std::int32_t(std::int32_t partitions)>& place) const {
    const auto found = places();
    if (topology_.is_global_store(store))
        return key_query_metadata{host_info::parse(config_.application_server).value_or(host_info()), -1};
    return found.of(store, place);
}

store_partition_lags kafka_streams::application::lags(milliseconds timeout) const {
    queries_->require_running("how far stores are behind their changelogs");
    const std::int64_t deadline = time_.after(timeout);
    const auto& topology = views_->newest().topology;
    const auto parts = topology.sub_topologies();
    store_partition_lags lags;
    for (const auto& [task, place] : queries_->directory().all()) {
        const auto& part = *std::ranges::find(parts, task.subtopology, &sub_topology::id);
        for (const std::string& store : part.stores) {
            const topic_partition changelog{
                changelog_topic_name(topology, config_.application_id, *topology.find_store(store)), task.partition};
            if (changelog.topic.empty()) continue;
            kafka::log_bounds bounds;
            const milliseconds left(std::max<std::int64_t>(deadline - time_.steady_ms(), 0));
            if (const auto answer = admin_->bounds(changelog, bounds, left); !answer)
                throw streams_error(concat("the end of ", to_string(changelog), " cannot be learnt: ", answer.reason(),
                                           "; see whether the brokers are reachable, and ask again"));
            const auto position = restored_.position(changelog);
            lags[store][task.partition] = {position.value_or(place.standby ? 0 : bounds.end), bounds.end};
        }
    }
    return lags;
}

application_counts kafka_streams::application::counts() const {
    application_counts sum;
    for (std::size_t at = 0; at < memory_roles; ++at) {
        const auto role = static_cast<memory_role>(at);
        sum.memory[role] = memory_.use(role);
    }
    sum.rocksdb = store_memory_.rocksdb_counts();
    threads_.add_to(sum);
    const std::lock_guard lock(mutex_);
    if (globals_) add_drops(globals_->drops(), sum);
    return sum;
}

} // namespace streams::inline v0
