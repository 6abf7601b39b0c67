#include "src/runtime/stores/task_stores.hpp"

#include "src/core/first_failure.hpp"
#include "src/core/log_scope.hpp"
#include "src/runtime/tasks/task_errors.hpp"
#include "src/runtime/topics/topic_names.hpp"

#include <streams/core/log.hpp>

#include <algorithm>
#include <exception>
#include <ranges>

namespace streams::inline v0 {
namespace {

/// Of stores that feed one another, in one commit; more is a loop without an end.
constexpr std::size_t most_repeated_flushes = 10'000;

bool forwards(const task_store& store) { return store.store->forwards(); }

/// By their first node, in the topology's order, and of one node as their sub-topology names them.
std::vector<const store_spec*> in_flush_order(const topology& topology, const std::vector<sub_topology>& parts) {
    std::vector<std::size_t> nodes;
    std::vector<std::string> in_part_order;
    for (const sub_topology& part : parts) {
        nodes.insert(nodes.end(), part.nodes.begin(), part.nodes.end());
        in_part_order.insert(in_part_order.end(), part.stores.begin(), part.stores.end());
    }
    std::ranges::sort(nodes);
    std::vector<const store_spec*> ordered;
    for (const std::size_t at : nodes) {
        auto names = topology.nodes()[at].stores;
        std::ranges::sort(names, {}, [&](const std::string& name) { return std::ranges::find(in_part_order, name); });
        for (const std::string& name : names) {
            const store_spec* spec = topology.find_store(name);
            if (std::ranges::find(ordered, spec) == ordered.end()) ordered.push_back(spec);
        }
    }
    return ordered;
}

} // namespace

task_stores::task_stores(task_id task, const topology& topology, const std::vector<sub_topology>& parts,
                         std::string_view application_id, const store_opening& opening)
    : task_(task), opening_(opening) {
    const auto specs = in_flush_order(topology, parts);
    stores_.reserve(specs.size());
    const auto cached = std::ranges::count_if(specs, [](const store_spec* spec) { return spec->caching; });
    cache_bytes_ = cached == 0 ? 0 : opening.cache_bytes / cached;
    for (const store_spec* declared : specs) {
        task_store opened{*declared, changelog_topic_name(topology, application_id, *declared), nullptr, nullptr};
        if (opening.in_memory) opened.spec.persistent = false;
        open(opened);
        stores_.push_back(std::move(opened));
    }
}

void task_stores::open(task_store& closed) {
    const store_spec& spec = closed.spec;
    std::unique_ptr<changelog_sink> sink;
    if (spec.logging && !closed.reuses_source() && opening_.changelog_of) sink = opening_.changelog_of(spec);
    closed.store =
        make_store(spec, {opening_.directory, at_hand_, opening_.memory, sink.get(), spec.caching ? cache_bytes_ : 0,
                          &opening_.time, opening_.disk, opening_.in_transactions, &failure_});
    closed.sink = std::move(sink); // the store of before had the sink of before
}

void task_stores::discard(std::string_view name) {
    try {
        named(name).store->close();
    } catch (const state_error&) { // of what is removed
    }
}

task_store& task_stores::replace(std::string_view name, const std::function<void()>& remove) {
    task_store& damaged = named(name);
    discard(name);
    remove();
    open(damaged);
    return damaged;
}

task_stores::~task_stores() {
    const task_log_scope logged(task_);
    try {
        (void)close();
    } catch (const std::exception& cause) {
        log(log_level::warn, concat("the stores of ", task_name(task_), " closed with an error: ", cause.what()));
    }
}

task_store& task_stores::named(std::string_view name) noexcept {
    return *std::ranges::find_if(stores_, [&](const task_store& each) { return each.spec.name == name; });
}

state_store* task_stores::find(std::string_view name) noexcept {
    for (task_store& each : stores_)
        if (each.spec.name == name) return &each.store->store();
    return nullptr;
}

bool task_stores::dirty() const {
    return std::ranges::any_of(stores_, [](const task_store& each) { return each.store->dirty(); });
}

std::size_t task_stores::uncommitted_bytes() const {
    std::size_t sum = 0;
    for (const task_store& each : stores_) sum += each.store->uncommitted_bytes();
    return sum;
}

void task_stores::share_cache(std::int64_t bytes) {
    const auto cached = std::ranges::count_if(stores_, [](const task_store& each) { return each.spec.caching; });
    if (cached == 0) return;
    cache_bytes_ = bytes / cached;
    for (task_store& each : stores_)
        if (each.spec.caching) each.store->resize_cache(cache_bytes_);
}

void task_stores::give_back() {
    naming_damage(task_, [&] {
        for (task_store& each : stores_) each.store->give_back();
    });
}

void task_stores::flush() {
    naming_damage(task_, [&] {
        std::ranges::for_each(stores_ | std::views::filter(forwards), [](task_store& each) { each.store->flush(); });
        // Whatever was flushed may have been written again by what follows a store that came later: upstream first, until
        // all caches are at rest.
        const auto waits = [&](const task_store& each) { return forwards(each) && each.store->dirty(); };
        std::size_t flushes = 0;
        for (auto next = std::ranges::find_if(stores_, waits); next != stores_.end();
             next = std::ranges::find_if(stores_, waits)) {
            if (++flushes > most_repeated_flushes)
                throw streams_error(
                    concat("store ", next->spec.name,
                           " is written again however often its cache is "
                           "flushed, since nodes behind it write to it; set caching to false where it is "
                           "declared"));
            next->store->flush();
        }
        for (task_store& each : stores_)
            if (!forwards(each) && !each.spec.told_last) each.store->flush();
    });
}

bool task_stores::last_wait() const {
    return std::ranges::any_of(
        stores_, [](const task_store& each) { return each.spec.told_last && each.sink && each.store->dirty(); });
}

void task_stores::drain_last() {
    naming_damage(task_, [&] {
        for (task_store& each : stores_)
            if (each.spec.told_last) each.store->flush();
    });
}

void task_stores::take_in(const topic_partition& input) {
    if (!has_taken_in(input)) taken_in_.push_back(input);
}

bool task_stores::has_taken_in(const topic_partition& input) const noexcept {
    return std::ranges::find(taken_in_, input) != taken_in_.end();
}

void task_stores::committed(const std::function<std::optional<std::int64_t>(const task_store&)>& acknowledged) {
    naming_damage(task_, [&] {
        first_failure failure;
        for (task_store& each : stores_) failure.attempt([&] { each.store->committed(acknowledged(each)); });
        failure.rethrow();
    });
}

void task_stores::rollback() {
    naming_damage(task_, [&] {
        for (task_store& each : stores_) each.store->rollback();
    });
}

bool task_stores::rebuildable() const {
    return std::ranges::none_of(stores_, [](const task_store& each) { return each.changelog_topic.empty(); });
}

task_folder_lock task_stores::close() {
    first_failure failure;
    for (task_store& each : stores_) failure.attempt([&] { each.store->close(); });
    failure.rethrow();
    return std::exchange(folder_, {});
}

} // namespace streams::inline v0
