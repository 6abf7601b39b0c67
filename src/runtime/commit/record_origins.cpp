#include "src/runtime/commit/record_origins.hpp"

#include <algorithm>

namespace streams::inline v0 {

std::size_t record_origins::add(const record_sender& sender) {
    const auto known = std::ranges::find_if(
        senders_, [&](const known_sender& each) { return each.task == sender.task && each.node == sender.node; });
    const auto number = static_cast<std::size_t>(known - senders_.begin());
    if (number == senders_.size()) senders_.push_back({sender.task, std::string(sender.node)});
    return number;
}

std::uint64_t record_origins::tag_of(std::size_t sender, const record_metadata& input) {
    const auto is_it = [&](const place& each) {
        return each.sender == sender && each.input.partition == input.partition && each.input.topic == input.topic;
    };
    const auto spread = sender + static_cast<std::size_t>(input.partition) + input.topic.size() +
                        static_cast<unsigned char>(input.topic.empty() ? '\0' : input.topic.back());
    std::size_t& at = recent_[spread % recent_.size()];
    if (at >= places_.size() || !is_it(places_[at])) [[unlikely]] {
        at = static_cast<std::size_t>(std::ranges::find_if(places_, is_it) - places_.begin());
        if (at == places_.size()) {
            if (places_.size() == most_places) return 0;
            places_.push_back({sender, {std::string(input.topic), input.partition}});
        }
    }
    const auto offset = input.offset < 0 ? no_offset : static_cast<std::uint64_t>(input.offset) & no_offset;
    return std::uint64_t{at + 1} << offset_bits | offset;
}

record_origins::origin record_origins::find(std::uint64_t tag) const {
    origin found{.dead_letter = is_dead_letter(tag)};
    const auto number = static_cast<std::size_t>((tag & ~dead_letter_bit) >> offset_bits);
    if (number == 0) return found;
    const place& of_tag = places_[number - 1];
    const known_sender& sender = senders_[of_tag.sender];
    found.sender = {sender.task, sender.node};
    const std::uint64_t offset = tag & no_offset;
    found.metadata = {of_tag.input.topic, of_tag.input.partition,
                      offset == no_offset ? -1 : static_cast<std::int64_t>(offset)};
    return found;
}

} // namespace streams::inline v0
