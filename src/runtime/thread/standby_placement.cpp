#include "src/runtime/thread/standby_placement.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

namespace streams::inline v0 {
namespace {

bool all_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](unsigned char each) { return std::isdigit(each) != 0; });
}

/// Without what the coordinator has added: a UUID, or a number.
std::string_view without_suffix(std::string_view member_id) {
    constexpr std::size_t uuid = 36;
    if (member_id.size() > uuid && member_id[member_id.size() - uuid - 1] == '-' &&
        std::ranges::count(member_id.substr(member_id.size() - uuid), '-') == 4)
        return member_id.substr(0, member_id.size() - uuid - 1);
    return member_id.substr(0, member_id.rfind('-'));
}

/// The group as the members' ids and subscriptions make it.
class group_view {
public:
    explicit group_view(std::span<const kafka::group_member> members) : members_(members), order_(members.size()) {
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        std::ranges::sort(order_, {}, [&](std::size_t at) { return std::string_view(members_[at].member_id); });
        for (const auto& member : members_) {
            processes_.push_back(process_of(member.member_id));
            for (const topic_partition& each : member.partitions) {
                partitions_.push_back(each);
                auto& width = widths_[each.topic];
                width = std::max(width, each.partition + 1);
            }
        }
    }
    [[nodiscard]] const std::vector<topic_partition>& partitions() const noexcept { return partitions_; }
    [[nodiscard]] const std::string& process(std::size_t member) const noexcept { return processes_[member]; }

    /// What range gives to each member when these processes are gone.
    [[nodiscard]] std::vector<std::vector<topic_partition>> ranges_without(const std::set<std::string>& gone) const {
        std::vector<std::vector<topic_partition>> given(members_.size());
        for (const auto& [topic, width] : widths_) {
            std::vector<std::size_t> readers;
            for (const std::size_t at : order_)
                if (!gone.contains(processes_[at]) && reads(at, topic)) readers.push_back(at);
            const auto shares = static_cast<std::int32_t>(readers.size());
            std::int32_t next = 0;
            for (std::int32_t share = 0; share < shares; ++share) {
                const std::int32_t end = next + width / shares + (share < width % shares ? 1 : 0);
                for (; next < end; ++next) given[readers[static_cast<std::size_t>(share)]].push_back({topic, next});
            }
        }
        return given;
    }

private:
    /// A member whose subscription is not known reads what all do.
    [[nodiscard]] bool reads(std::size_t member, const std::string& topic) const {
        const auto& topics = members_[member].topics;
        return topics.empty() || std::ranges::find(topics, topic) != topics.end();
    }

    std::span<const kafka::group_member> members_;
    std::vector<std::size_t> order_; ///< of the members, as range takes them
    std::vector<std::string> processes_;
    std::vector<topic_partition> partitions_; ///< of all members
    std::map<std::string, std::int32_t> widths_;
};

} // namespace

std::string process_of(std::string_view member_id) {
    const std::string_view instance = without_suffix(member_id);
    const auto number = instance.rfind('-');
    const bool is_static = number != std::string_view::npos && all_digits(instance.substr(number + 1));
    return std::string(is_static ? instance.substr(0, number) : member_id);
}

std::vector<std::vector<task_id>> place_standbys(std::span<const kafka::group_member> members, std::int32_t replicas,
                                                 const task_assignor& assignor) {
    std::vector<std::vector<task_id>> placed(members.size());
    if (replicas <= 0) return placed;
    const group_view group(members);
    const auto tasks = assignor.tasks_by_partition(group.partitions());
    std::map<std::set<std::string>, std::map<topic_partition, std::size_t>>
        owners; // of partitions, when these are gone
    const auto owner = [&](const topic_partition& partition, const std::set<std::string>& gone) {
        auto known = owners.find(gone);
        if (known == owners.end()) {
            known = owners.try_emplace(gone).first;
            const auto ranges = group.ranges_without(gone);
            for (std::size_t at = 0; at < ranges.size(); ++at)
                for (const topic_partition& each : ranges[at]) known->second.emplace(each, at);
        }
        const auto found = known->second.find(partition);
        return found == known->second.end() ? std::nullopt : std::optional(found->second);
    };
    for (std::size_t at = 0; at < members.size(); ++at)
        for (const topic_partition& each : members[at].partitions) {
            const auto led = tasks.find(each);
            if (led == tasks.end()) continue;
            std::set<std::string> gone{group.process(at)};
            for (std::int32_t left = replicas; left > 0; --left) {
                const auto next = owner(each, gone);
                if (!next) break;
                placed[*next].insert(placed[*next].end(), led->second.begin(), led->second.end());
                gone.insert(group.process(*next));
            }
        }
    for (auto& each : placed) std::ranges::sort(each);
    return placed;
}

} // namespace streams::inline v0
