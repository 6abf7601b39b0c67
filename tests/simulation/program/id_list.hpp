#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <vector>

namespace streams::simulation {

/// `12 7 9`.
[[nodiscard]] inline std::vector<int> ids_in(std::string_view text) {
    std::vector<int> ids;
    for (const char *at = text.data(), *const end = at + text.size(); at < end;) {
        int id = 0;
        const auto parsed = std::from_chars(at, end, id);
        if (parsed.ec != std::errc()) break;
        ids.push_back(id);
        at = parsed.ptr + 1;
    }
    return ids;
}

inline void append_id(std::string& list, int id) {
    if (!list.empty()) list += ' ';
    list += std::to_string(id);
}

} // namespace streams::simulation
