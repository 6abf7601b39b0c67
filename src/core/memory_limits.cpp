#include "src/core/memory_limits.hpp"

#include "src/core/container_memory.hpp"

#include <streams/core/config.hpp>

#include <algorithm>

namespace streams::inline v0 {
namespace {

/// Of holders each of which may have so much: threads come and go, and the limit follows them.
memory_limit for_each_holder(std::size_t bytes) { return {.of_role = 0, .of_holder = bytes, .least = bytes}; }

/// Shares out a total: from the least that there may be, of which each role has only what it cannot do without, evenly up to
/// what the table has for 256 MB; beyond that in proportion. What the table has for queues is divided among the threads, and
/// a thread with all of that needs no more.
class shares {
public:
    shares(std::size_t total, std::int32_t threads) : threads_(static_cast<std::size_t>(threads)) {
        const auto least = static_cast<double>(least_memory(threads));
        const double reference = std::max(static_cast<double>(memory::default_total), 2 * least);
        const auto given = static_cast<double>(total);
        way_ = std::clamp((given - least) / (reference - least), 0.0, 1.0);
        growth_ = std::max(given / reference, 1.0);
    }

    [[nodiscard]] std::size_t of_all(std::size_t full, std::size_t least) const {
        return static_cast<std::size_t>(growth_ * static_cast<double>(between(least, full)));
    }
    [[nodiscard]] std::size_t of_thread(std::size_t full, std::size_t least) const {
        const auto shared = static_cast<std::size_t>(growth_ * static_cast<double>(full)) / threads_;
        return between(least, std::clamp(shared, least, full));
    }

private:
    [[nodiscard]] std::size_t between(std::size_t least, std::size_t full) const {
        return least + static_cast<std::size_t>(way_ * static_cast<double>(full - least));
    }

    std::size_t threads_;
    double way_ = 0;    ///< from the least total to the one of the table
    double growth_ = 1; ///< how many times as much as the table's it is
};

std::size_t total_of(const streams_config& config) {
    if (config.state_memory_bytes) return static_cast<std::size_t>(*config.state_memory_bytes);
    static const auto of_container = container_memory();
    return default_memory(of_container, config.num_stream_threads);
}

} // namespace

std::size_t default_memory(std::optional<std::size_t> of_container, std::int32_t threads) noexcept {
    const std::size_t part = of_container.value_or(memory::unlimited) / memory::part_of_container;
    return std::max(std::min(memory::default_total, part), least_memory(threads));
}

std::size_t least_memory(std::int32_t threads) noexcept {
    constexpr std::size_t of_thread = 2 * memory::least_fetch_queue + memory::least_send_queue;
    constexpr std::size_t of_all =
        memory::least_fetch_queue + memory::least_block_cache + memory::least_memtables + memory::least_query_copies;
    return of_all + static_cast<std::size_t>(threads) * of_thread;
}

memory_limits memory_limits_of(const streams_config& config) {
    using enum memory_role;
    const std::size_t uncommitted_bytes = config.statestore_uncommitted_max_bytes < 0
                                              ? memory::unlimited
                                              : static_cast<std::size_t>(config.statestore_uncommitted_max_bytes);
    memory_limits limits;
    limits.total = total_of(config);
    const shares part(limits.total, config.num_stream_threads);

    // What the table does not need of a large total is better spent on state.
    const std::size_t beyond = limits.total - std::min(limits.total, memory::default_total);
    const std::size_t hot_tiers = part.of_all(memory::hot_tiers, 0) + beyond / 2;
    const std::size_t of_store = hot_tiers / memory::hot_tiers_of_a_store;
    limits[hot_tier] = {hot_tiers, of_store, std::min(of_store, memory::least_hot_tier)};
    const std::size_t unwritten_rows = part.of_all(memory::unwritten, 0);
    limits[unwritten] = {unwritten_rows, unwritten_rows};
    limits[uncommitted] = {uncommitted_bytes, uncommitted_bytes};
    limits[input_queues] = for_each_holder(part.of_thread(memory::input_queues, 0));
    const std::size_t pending = part.of_all(memory::pending_records, 0);
    limits[pending_records] = {pending, pending};
    limits[fetch_queues] = for_each_holder(part.of_thread(memory::fetch_queue, memory::least_fetch_queue));
    limits[restore_queues] = for_each_holder(part.of_thread(memory::restore_fetch_queue, memory::least_fetch_queue));
    limits[send_queues] = for_each_holder(part.of_thread(memory::send_queue, memory::least_send_queue));
    const std::size_t blocks = part.of_all(memory::block_cache, memory::least_block_cache);
    limits[block_cache] = {blocks, blocks};
    const std::size_t writes = part.of_all(memory::memtables, memory::least_memtables);
    limits[memtables] = {writes, writes};
    const std::size_t copies = part.of_all(memory::query_copies, memory::least_query_copies);
    limits[query_copies] = {copies, copies};
    return limits;
}

} // namespace streams::inline v0
