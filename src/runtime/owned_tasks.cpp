#include "src/runtime/owned_tasks.hpp"

#include "src/runtime/topic_names.hpp"

#include <streams/core/log.hpp>

#include <algorithm>
#include <set>
#include <string>

namespace streams::inline v0 {

namespace {

/// Of all stores of the process together: entries kept in memory although they are on disk.
constexpr std::size_t clean_state_bytes = 64 << 20;

} // namespace

owned_tasks::owned_tasks(const thread_environment& environment, producing_collector& collector, drop_counters& drops,
                         input_progress& progress)
    : environment_(environment), collector_(collector), drops_(drops), progress_(progress),
      parts_(environment.what.sub_topologies()) {}

owned_tasks::~owned_tasks() { close_all_dirty(); }

owned_task* owned_tasks::find(task_id id) noexcept {
    const auto found = std::find_if(tasks_.begin(), tasks_.end(), [&](const auto& each) { return each->id == id; });
    return found == tasks_.end() ? nullptr : found->get();
}

bool owned_tasks::all_running() const noexcept {
    return std::all_of(tasks_.begin(), tasks_.end(),
                       [](const auto& each) { return each->at == owned_task::phase::running; });
}

owned_task& owned_tasks::plan(task_id id, std::vector<topic_partition> inputs) {
    auto planned = std::make_unique<owned_task>(owned_task{id, std::move(inputs)});
    const auto place = std::find_if(tasks_.begin(), tasks_.end(), [&](const auto& each) { return id < each->id; });
    return **tasks_.insert(place, std::move(planned));
}

const sub_topology& owned_tasks::part_of(task_id id) const {
    return *std::ranges::find(parts_, id.subtopology, &sub_topology::id);
}

std::unique_ptr<task_stores> owned_tasks::make_stores(task_id id) {
    const auto& config = environment_.config;
    const std::int64_t shares = std::max<std::int64_t>(
        std::int64_t{config.num_stream_threads} * static_cast<std::int64_t>(tasks_.size()), 1);
    return std::make_unique<task_stores>(
        id, environment_.what, std::vector<sub_topology>{part_of(id)}, config.application_id,
        store_opening{
            .time = environment_.time,
            .directory = environment_.states.task_folder(id),
            .cache_bytes = config.statestore_cache_max_bytes / shares,
            .memory_bytes = clean_state_bytes / static_cast<std::size_t>(shares),
            .changelog_of =
                [this, id](const store_spec& store) {
                    return collector_.open_changelog(
                        changelog_topic_name(environment_.what, environment_.config.application_id, store),
                        id.partition);
                },
        });
}

std::unique_ptr<task_stores> owned_tasks::make_intact(task_id id) {
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

void owned_tasks::wipe(const corrupt_task_error& damage) {
    const store_spec& store = *environment_.what.find_store(damage.store());
    if (environment_.what.is_global_store(store.name))
        throw lost_store_error(concat("global store ", store.name, " is damaged: ", damage.what(),
                                      "; start the application again, which fills it from its topic"));
    const auto folder = environment_.states.store_folder(damage.task(), store.name).string();
    if (changelog_topic_name(environment_.what, environment_.config.application_id, store).empty())
        throw lost_store_error(concat(damage.what(), "; it has no changelog to rebuild it: put a backup in the place of ",
                                      folder, ", or remove that folder, and the store begins empty"));
    log(log_level::warn, concat(task_name(damage.task()), " rebuilds store ", store.name,
                                " from its changelog: ", damage.what()));
    environment_.states.wipe(damage.task(), store.name);
}

bool owned_tasks::open(owned_task& planned) {
    auto folder = environment_.states.try_lock(planned.id);
    if (!folder) return false;
    planned.stores = make_intact(planned.id);
    planned.stores->hold(std::move(folder));
    planned.at = owned_task::phase::restoring;
    return true;
}

void owned_tasks::start(owned_task& restored) {
    restored.task = std::make_unique<stream_task>(*restored.stores, environment_.what,
                                                  std::vector<sub_topology>{part_of(restored.id)}, restored.inputs,
                                                  task_environment{.config = environment_.config,
                                                                   .time = environment_.time,
                                                                   .collector = collector_,
                                                                   .drops = drops_,
                                                                   .globals = environment_.globals,
                                                                   .progress = &progress_});
    restored.task->initialize(restored.committed);
    for (const topic_partition& input : restored.inputs)
        routes_[input] = {restored.task.get(), restored.task->input_of(input)};
    restored.at = owned_task::phase::running;
}

void owned_tasks::forget_routes(const owned_task& of) {
    for (const topic_partition& input : of.inputs) routes_.erase(input);
}

void owned_tasks::reset(owned_task& owned, const corrupt_task_error* damage) {
    owned.at = owned_task::phase::planned;
    forget_routes(owned);
    owned.task.reset();
    if (!owned.stores) return;
    const auto stores = std::move(owned.stores);
    const auto folder = stores->close();
    if (damage != nullptr) wipe(*damage);
}

void owned_tasks::close(task_id id) {
    const auto found = std::ranges::find(tasks_, id, &owned_task::id);
    if (found == tasks_.end()) return;
    const auto closing = std::move(*found);
    tasks_.erase(found);
    forget_routes(*closing);
    if (closing->task) closing->task->close();
    if (closing->stores) (void)closing->stores->close();
}

void owned_tasks::close_all_dirty() noexcept {
    routes_.clear();
    tasks_.clear();
}

owned_tasks::route owned_tasks::find_route(const topic_partition& partition) const {
    const auto found = routes_.find(partition);
    return found == routes_.end() ? route{} : found->second;
}

} // namespace streams::inline v0
