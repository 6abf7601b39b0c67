#include "src/core/memory_limits.hpp"

#include <streams/core/config.hpp>

namespace streams::inline v0 {
namespace {

/// Of holders each of which may have so much: threads come and go, and the limit follows them.
memory_limit for_each_holder(std::size_t bytes) { return {.of_role = 0, .of_holder = bytes, .least = bytes}; }

} // namespace

memory_limits memory_limits_of(const streams_config& config) {
    using enum memory_role;
    const std::size_t uncommitted_bytes = config.statestore_uncommitted_max_bytes < 0
                                              ? memory::unlimited
                                              : static_cast<std::size_t>(config.statestore_uncommitted_max_bytes);
    memory_limits limits;
    limits[hot_tier] = {memory::hot_tiers, memory::largest_hot_tier, memory::least_hot_tier};
    limits[unwritten] = {memory::unwritten, memory::unwritten_of_store};
    limits[uncommitted] = {uncommitted_bytes, uncommitted_bytes};
    limits[input_queues] = for_each_holder(memory::input_queues_of_thread);
    limits[fetch_queues] = for_each_holder(memory::restore_fetch_queue);
    limits[send_queues] = for_each_holder(memory::send_queue);
    limits[block_cache] = {memory::block_cache, memory::block_cache};
    limits[memtables] = {memory::memtables, memory::memtables};
    limits[pending_records] = {memory::pending_records, memory::pending_records};
    return limits;
}

} // namespace streams::inline v0
