#include "src/runtime/tasks/task_manager.hpp"

#include "src/core/log_scope.hpp"
#include "src/runtime/global/lost_global_store.hpp"
#include "src/runtime/topics/topic_names.hpp"
#include "state/disk/disk_refusal.hpp"

#include <streams/core/log.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace streams::inline v0 {
namespace {

constexpr std::string_view longer_patience = "raise task.timeout.ms where that takes longer";

} // namespace

task_manager::task_manager(const thread_environment& environment, std::string restorer,
                           kafka::consumer& restore_consumer, producing_collector& collector, drop_counters& drops,
                           thread_metrics& metrics, input_progress& progress, std::function<void()> wake,
                           const std::atomic<bool>& interrupted, const std::size_t& most_pending)
    : environment_(environment), collector_(collector), drops_(drops), metrics_(metrics), progress_(progress),
      wake_(std::move(wake)), interrupted_(interrupted), most_pending_(most_pending),
      updater_(std::move(restorer), environment, restore_consumer, wake_),
      standbys_(environment, updater_,
                {.open = [this](task_id id) { return open_stores(id); },
                 .wipe = [this](const corrupt_task_error& damage) { wipe(damage); }}) {}

task_manager::~task_manager() {
    if (const auto lost = close_all_dirty(); lost) log(log_level::error, message_of(lost));
    end_restoring();
}

void task_manager::end_restoring() noexcept {
    standbys_.close_all();
    updater_.stop();
}

void task_manager::keep_standbys(std::vector<task_id> wanted) {
    for (const auto& each : tasks_)
        if (each->state() == task_state::planned && standbys_.find(each->id()) != nullptr) wanted.push_back(each->id());
    standbys_.keep(wanted);
}

std::vector<task_id> task_manager::ids() const {
    std::vector<task_id> ids;
    for (const auto& each : tasks_) ids.push_back(each->id());
    return ids;
}

managed_task* task_manager::find(task_id id) noexcept {
    const auto found = std::ranges::find(tasks_, id, &managed_task::id);
    return found == tasks_.end() ? nullptr : found->get();
}

bool task_manager::all_running() const noexcept { return std::ranges::all_of(tasks_, &managed_task::running); }

bool task_manager::all_recovered() const noexcept {
    return std::ranges::none_of(tasks_,
                                [](const auto& each) { return each->recovering && !each->awaited && !each->opening; });
}

bool task_manager::reads(const topic_partition& partition) const {
    const auto among = [&](const std::vector<topic_partition>& inputs) {
        return std::ranges::find(inputs, partition) != inputs.end();
    };
    return std::ranges::any_of(tasks_, [&](const auto& each) {
        return each->state() != task_state::suspended && among(each->inputs()) && !among(each->out_of_place);
    });
}

std::vector<stream_task*> task_manager::running() const {
    std::vector<stream_task*> found;
    for (const auto& each : tasks_)
        if (each->running()) found.push_back(each->task.get());
    return found;
}

managed_task& task_manager::plan(task_id id, std::vector<topic_partition> inputs) {
    const auto place = std::ranges::find_if(tasks_, [&](const auto& each) { return id < each->id(); });
    return **tasks_.insert(place, std::make_unique<managed_task>(id, std::move(inputs)));
}

sub_topology task_manager::part_of(task_id id) const {
    const auto parts = environment_.topology().sub_topologies();
    return *std::ranges::find(parts, id.subtopology, &sub_topology::id);
}

std::unique_ptr<task_stores> task_manager::make_stores(task_id id) {
    return std::make_unique<task_stores>(
        id, environment_.topology(), std::vector<sub_topology>{part_of(id)}, environment_.config.application_id,
        store_opening{
            .time = environment_.time,
            .memory = environment_.memory,
            .directory = environment_.states.task_folder(id),
            .disk = &environment_.states.disk(),
            .cache_bytes = cache_of_task(),
            .in_transactions = environment_.config.exactly_once(),
            .changelog_of =
                [this, id](const store_spec& store) {
                    return collector_.open_changelog(
                        changelog_topic_name(environment_.topology(), environment_.config.application_id, store), id);
                },
        });
}

std::int64_t task_manager::cache_of_task() const noexcept {
    const auto threads = std::max<std::int64_t>(environment_.threads, 1);
    return environment_.config.statestore_cache_max_bytes /
           (threads * std::max<std::int64_t>(static_cast<std::int64_t>(tasks_.size()), 1));
}

void task_manager::follow_threads() {
    const std::int32_t now = environment_.threads.load(std::memory_order_relaxed);
    if (std::exchange(threads_, now) != now) share_cache();
}

void task_manager::share_cache() {
    for (const auto& each : tasks_)
        if (each->restored) each->stores->share_cache(cache_of_task());
}

std::unique_ptr<task_stores> task_manager::make_intact(task_id id) {
    std::set<std::string> wiped;
    for (;;) {
        try {
            return make_stores(id);
        } catch (const corrupt_state_error& cause) {
            if (!wiped.insert(cause.store()).second) throw;
            wipe({id, cause});
        }
    }
}

void task_manager::require_rebuildable(const corrupt_task_error& damage) const {
    const store_spec& store = *environment_.topology().find_store(damage.store());
    if (environment_.topology().is_global_store(store.name))
        throw lost_global_store(damage, environment_.states.global_folder());
    if (!changelog_topic_name(environment_.topology(), environment_.config.application_id, store).empty()) return;
    const auto folder = environment_.states.store_folder(damage.task(), store.name).string();
    throw lost_store_error(concat(damage.what(), "; it has no changelog to rebuild it: put a backup in the place of ",
                                  folder, ", or remove that folder, and the store begins empty"));
}

void task_manager::wipe(const corrupt_task_error& damage) {
    require_rebuildable(damage);
    log(log_level::warn,
        concat(task_name(damage.task()), " rebuilds store ", damage.store(), " from its changelog: ", damage.what()));
    environment_.states.wipe(damage.task(), damage.store());
}

void task_manager::open_planned(std::int64_t until) {
    for (const auto& each : tasks_) {
        if (environment_.time.steady_ms() >= until) return;
        if (each->damage) make_anew(*each);
        if (each->state() != task_state::planned || !each->located || !open(*each)) continue;
        share_cache();
        updater_.add(*each->stores, each->committed);
        each->become(task_state::restoring);
    }
    standbys_.open(until);
}

bool task_manager::open(managed_task& planned) {
    if (planned.opening && !planned.opening->due()) return false;
    try {
        planned.stores = standbys_.promote(planned.id());
        if (!planned.stores) planned.stores = open_stores(planned.id());
        if (!planned.stores) return false;
    } catch (const state_error& refusal) { // other tasks may have another disk, or other rights
        if (!may_pass_later(refusal)) throw;
        if (!planned.opening)
            planned.opening =
                environment_.retried(concat("open the stores of ", task_name(planned.id())), longer_patience);
        static_cast<void>(planned.opening->succeeded({kafka::error_class::retriable, refusal.what()}));
        return false;
    }
    planned.opening.reset();
    planned.become(task_state::opening);
    return true;
}

/// Null: another thread of this process has its folder.
std::unique_ptr<task_stores> task_manager::open_stores(task_id id) {
    auto folder = environment_.states.try_lock(id);
    if (!folder) return nullptr;
    auto opened = make_intact(id);
    opened->hold(std::move(folder));
    return opened;
}

void task_manager::take_restored() {
    standbys_.close_failed();
    const auto done = updater_.take_done();
    for (const task_stores* restored : done) find(restored->task())->restored = true;
    if (!done.empty()) share_cache();
}

managed_task* task_manager::start_restored() {
    const auto waits = std::ranges::find_if(tasks_, [](const auto& each) {
        return each->state() == task_state::restoring && each->restored && each->out_of_place.empty() && !each->awaited;
    });
    if (waits == tasks_.end()) return nullptr;
    start(**waits);
    return waits->get();
}

void task_manager::start(managed_task& restored) {
    if (!restored.metrics) restored.metrics = std::make_unique<task_metrics>(metrics_, restored.id());
    restored.task = std::make_unique<stream_task>(
        *restored.stores, environment_.topology(), std::vector<sub_topology>{part_of(restored.id())}, restored.inputs(),
        task_environment{.config = environment_.config,
                         .time = environment_.time,
                         .collector = collector_,
                         .drops = drops_,
                         .globals = environment_.globals,
                         .progress = &progress_,
                         .pending = {&environment_.memory.budget(), &most_pending_},
                         .wake = wake_,
                         .interrupted = &interrupted_,
                         .metrics = restored.metrics.get()});
    restored.task->initialize(restored.committed);
    restored.recovering = false;
    restored.become(task_state::running);
    let_in(restored);
}

void task_manager::let_in(managed_task& running) {
    for (const topic_partition& input : running.inputs())
        routes_[input] = {running.task.get(), running.task->input_of(input)};
}

void task_manager::shut_out(const managed_task& stopped) {
    for (const topic_partition& input : stopped.inputs()) routes_.erase(input);
}

void task_manager::give_back() {
    for (const auto& each : tasks_)
        if (each->restored) each->stores->give_back();
}

void task_manager::suspend() {
    std::erase_if(tasks_, [](const auto& each) { return each->state() == task_state::planned; });
    for (const auto& each : tasks_) {
        if (each->state() == task_state::suspended) continue;
        shut_out(*each);
        each->suspend(each->state());
    }
}

void task_manager::resume(managed_task& suspended) {
    suspended.resume();
    if (!suspended.running()) return;
    suspended.task->go_on();
    let_in(suspended);
}

void task_manager::roll_back(std::span<managed_task* const> tasks) {
    for (managed_task* const each : tasks) take_back(*each);
}

void task_manager::take_back(managed_task& restored) {
    shut_out(restored);
    if (restored.task) restored.committed = restored.task->last_committed();
    restored.task.reset();
    restored.recovering = true;
    restored.misplace();
    restored.suspend(task_state::restoring);
    restored.stores->rollback();
}

void task_manager::reset(managed_task& failed) {
    if (const auto stores = plan_again(failed)) (void)close_stores(*stores);
}

std::unique_ptr<task_stores> task_manager::plan_again(managed_task& failed) {
    failed.recovering = true;
    if (failed.state() == task_state::planned) return nullptr;
    failed.become(task_state::planned);
    shut_out(failed);
    failed.task.reset();
    failed.restored = failed.located = false;
    failed.damage.reset();
    failed.misplace();
    if (failed.stores) updater_.remove(*failed.stores);
    return std::move(failed.stores);
}

void task_manager::rebuild(managed_task& failed, const corrupt_task_error& damage) {
    require_rebuildable(damage);
    if (failed.restored) {
        if (failed.state() == task_state::suspended) failed.resume(); // it was taken back with the others already
        take_back(failed);
        failed.restored = false;
        failed.damage = damage;
        return make_anew(failed);
    }
    task_folder_lock folder;
    if (const auto stores = plan_again(failed)) {
        stores->discard(damage.store());
        folder = close_stores(*stores);
    }
    wipe(damage);
}

/// A disk that refuses is asked again; meanwhile the other stores stay open.
void task_manager::make_anew(managed_task& damaged) {
    const corrupt_task_error& damage = *damaged.damage;
    task_store& empty = damaged.stores->replace(damage.store(), [&] { wipe(damage); });
    environment_.restored.forget({empty.changelog_topic, damaged.id().partition});
    updater_.add(*damaged.stores, empty, damaged.committed);
    damaged.damage.reset();
}

task_folder_lock task_manager::close_stores(task_stores& stores) {
    for (const task_store& each : stores.all())
        environment_.restored.forget({each.changelog_topic, stores.task().partition});
    try {
        return stores.close();
    } catch (const state_error& cause) {
        if (stores.rebuildable()) throw;
        throw lost_store_error(concat(task_name(stores.task()),
                                      " has a store without a changelog, and not all of its rows "
                                      "are on the disk: ",
                                      cause.what(),
                                      "; put a backup in the place of the store's folder, "
                                      "or go on with the rows that are there"));
    }
}

void task_manager::close(task_id id) {
    const auto found = std::ranges::find(tasks_, id, &managed_task::id);
    if (found == tasks_.end()) return;
    const auto closing = std::move(*found);
    tasks_.erase(found);
    share_cache();
    closing->become(task_state::closing);
    shut_out(*closing);
    if (closing->stores) updater_.remove(*closing->stores);
    if (closing->task) closing->task->close();
    if (closing->stores) (void)close_stores(*closing->stores);
    closing->become(task_state::closed);
}

std::exception_ptr task_manager::close_all_dirty() noexcept {
    std::exception_ptr lost;
    routes_.clear();
    for (const auto& each : tasks_) {
        const task_log_scope logged(each->id());
        each->task.reset();
        if (!each->stores) continue;
        updater_.remove(*each->stores);
        try {
            (void)close_stores(*each->stores);
        } catch (const lost_store_error&) {
            if (!lost) lost = std::current_exception();
        } catch (const std::exception& cause) {
            log(log_level::warn, concat(task_name(each->id()), " closed with an error: ", cause.what()));
        }
    }
    tasks_.clear();
    return lost;
}

task_manager::route task_manager::find_route(const topic_partition& partition) const {
    const auto found = routes_.find(partition);
    return found == routes_.end() ? route{} : found->second;
}

} // namespace streams::inline v0
