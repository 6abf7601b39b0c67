#include <streams/core/memory_role.hpp>

namespace streams::inline v0 {

std::string_view to_string(memory_role role) noexcept {
    switch (role) {
    case memory_role::hot_tier:
        return "hot tier";
    case memory_role::unwritten:
        return "unwritten";
    case memory_role::uncommitted:
        return "uncommitted";
    case memory_role::input_queues:
        return "input queues";
    case memory_role::pending_records:
        return "pending records";
    case memory_role::fetch_queues:
        return "fetch queues";
    case memory_role::restore_queues:
        return "restore queues";
    case memory_role::send_queues:
        return "send queues";
    case memory_role::block_cache:
        return "block cache";
    case memory_role::memtables:
        return "memtables";
    case memory_role::query_copies:
        return "query copies";
    }
    return "unknown";
}

} // namespace streams::inline v0
