#include "src/core/property.hpp"

#include <algorithm>
#include <charconv>

namespace streams::inline v0 {

std::int64_t property::number(std::int64_t least, std::int64_t most) const {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size() && value >= least && value <= most) return value;
    if (most == std::numeric_limits<std::int64_t>::max()) refuse(concat("a whole number, ", least, " at least"));
    refuse(concat("a whole number from ", least, " to ", most));
}

std::size_t property::one_of(std::initializer_list<std::string_view> choices) const {
    const auto at = std::find(choices.begin(), choices.end(), text);
    if (at != choices.end()) return static_cast<std::size_t>(at - choices.begin());
    std::string list;
    for (const auto choice : choices) {
        if (!list.empty()) list += choice == *(choices.end() - 1) ? " or " : ", ";
        list += choice;
    }
    refuse(list);
}

} // namespace streams::inline v0
