#include <streams/core/error.hpp>
#include <streams/dsl/windows.hpp>

namespace streams::inline v0::detail {

std::int64_t checked(const close_when_idle& idle) {
    if (idle.after.count() <= 0)
        throw topology_error(concat("windows that close when idle for ", idle.after.count(),
                                    " ms would close before any record; give a time above zero"));
    return idle.after.count();
}

} // namespace streams::inline v0::detail
