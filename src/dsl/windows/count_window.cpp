#include <streams/core/error.hpp>
#include <streams/dsl/windows.hpp>

namespace streams::inline v0::detail {

std::int64_t checked(const count_window& windows) {
    if (windows.size <= 0)
        throw topology_error(
            concat("count windows of ", windows.size, " records are never complete; give a size above zero"));
    return windows.size;
}

} // namespace streams::inline v0::detail
