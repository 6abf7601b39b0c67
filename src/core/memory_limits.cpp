#include "src/core/memory_limits.hpp"

#include <streams/core/config.hpp>

#include <algorithm>

namespace streams::inline v0 {

memory_limits memory_limits_of(const streams_config& config, bool global_stores) {
    using enum memory_role;
    const auto threads = static_cast<std::size_t>(std::max(config.num_stream_threads, 1));
    const std::size_t uncommitted_bytes = config.statestore_uncommitted_max_bytes < 0
                                              ? memory::unlimited
                                              : static_cast<std::size_t>(config.statestore_uncommitted_max_bytes);
    const std::size_t global_threads = global_stores ? 1 : 0;
    const std::size_t fetched =
        threads * (memory::fetch_queue + memory::restore_fetch_queue) + global_threads * memory::restore_fetch_queue;
    memory_limits limits;
    limits[hot_tier] = {memory::hot_tiers, memory::largest_hot_tier, memory::least_hot_tier};
    limits[unwritten] = {memory::unwritten, memory::unwritten_of_store};
    limits[uncommitted] = {uncommitted_bytes, uncommitted_bytes / (threads + global_threads)};
    limits[input_queues] = {threads * memory::input_queues_of_thread, memory::input_queues_of_thread};
    limits[fetch_queues] = {fetched, memory::restore_fetch_queue};
    limits[send_queues] = {threads * memory::send_queue, memory::send_queue};
    limits[block_cache] = {memory::block_cache, memory::block_cache};
    limits[memtables] = {memory::memtables, memory::memtables};
    limits[pending_records] = {threads * memory::pending_records_of_thread, memory::pending_records_of_thread};
    return limits;
}

} // namespace streams::inline v0
