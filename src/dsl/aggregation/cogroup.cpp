#include <streams/core/error.hpp>
#include <streams/dsl/detail/graph/graph.hpp>

namespace streams::inline v0::detail {

void require_other_group(const group_state& one, const group_state& other) {
    if (&one == &other)
        throw topology_error(concat("stream ", one.at.name,
                                    " is in the cogroup twice with one grouping, whose records "
                                    "would count twice; leave one out, or group the stream anew"));
}

} // namespace streams::inline v0::detail
