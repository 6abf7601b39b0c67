#include "src/embedded/range_assignor.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace streams::inline v0::embedded {

std::vector<std::vector<topic_partition>> assign_ranges(std::span<const subscription> members,
                                                        const std::map<std::string, std::int32_t>& partition_counts) {
    std::vector<std::size_t> order(members.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto rank = [&](std::size_t at) {
        return std::tuple(members[at].instance_id.empty(), members[at].instance_id, members[at].member_id);
    };
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });

    std::vector<std::vector<topic_partition>> assigned(members.size());
    for (const auto& [topic, count] : partition_counts) {
        std::vector<std::size_t> subscribers;
        for (const auto at : order)
            if (std::find(members[at].topics.begin(), members[at].topics.end(), topic) != members[at].topics.end())
                subscribers.push_back(at);
        if (subscribers.empty()) continue;
        const auto shares = static_cast<std::int32_t>(subscribers.size());
        std::int32_t next = 0;
        for (std::int32_t share = 0; share < shares; ++share) {
            const auto until = next + count / shares + (share < count % shares ? 1 : 0);
            for (; next < until; ++next)
                assigned[subscribers[static_cast<std::size_t>(share)]].push_back({topic, next});
        }
    }
    return assigned;
}

} // namespace streams::inline v0::embedded
