#include "src/runtime/thread/lost_positions.hpp"

#include <algorithm>

namespace streams::inline v0 {

void lost_positions::add(const reset_search& search, const retry& seeking) {
    if (std::ranges::none_of(lost_, [&](const lost& each) { return each.search.partition() == search.partition(); }))
        lost_.push_back({search, seeking});
}

void lost_positions::forget(std::span<const topic_partition> partitions) {
    std::erase_if(lost_, [&](const lost& each) {
        return std::ranges::find(partitions, each.search.partition()) != partitions.end();
    });
}

bool lost_positions::set(lost& one, kafka::consumer& consumer) {
    if (!one.offset) one.offset = one.search.step(rest_, consumer);
    return one.offset &&
           one.seeking.step(rest_, [&](auto) { return consumer.seek(one.search.partition(), *one.offset); });
}

std::vector<std::pair<topic_partition, std::int64_t>> lost_positions::step(kafka::consumer& consumer, const clock& time,
                                                                           std::int64_t until) {
    std::vector<std::pair<topic_partition, std::int64_t>> found;
    std::ranges::stable_sort(lost_, {}, [](const lost& each) { return each.asking().next(); });
    for (auto each = lost_.begin(); each != lost_.end() && time.steady_ms() < until;) {
        if (!set(*each, consumer)) {
            ++each;
            continue;
        }
        found.emplace_back(each->search.partition(), *each->offset);
        each = lost_.erase(each);
    }
    return found;
}

std::int64_t lost_positions::next() const noexcept {
    std::int64_t next = never;
    for (const lost& each : lost_) next = std::min(next, each.asking().next(rest_));
    return next;
}

} // namespace streams::inline v0
