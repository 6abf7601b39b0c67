#include "src/core/container_memory.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string>
#include <string_view>

namespace streams::inline v0 {
namespace {

namespace fs = std::filesystem;

std::optional<std::size_t> number_in(const fs::path& file) {
    std::string text;
    if (std::ifstream in(file); !(in >> text)) return std::nullopt;
    std::size_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    // "max" is no limit, nor are the 8 exabytes of version 1.
    if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// The least of what the groups from `group` up to the hierarchy's root say.
std::optional<std::size_t> least_limit(const fs::path& hierarchy, fs::path group, const char* file) {
    std::optional<std::size_t> least;
    for (;;) {
        if (const auto limit = number_in(hierarchy / group.relative_path() / file))
            least = std::min(least.value_or(*limit), *limit);
        if (group.empty() || group == group.parent_path()) return least;
        group = group.parent_path();
    }
}

/// Whether `controllers`, a list with commas, has memory.
bool has_memory(std::string_view controllers) {
    while (!controllers.empty()) {
        const auto end = std::min(controllers.find(','), controllers.size());
        if (controllers.substr(0, end) == "memory") return true;
        controllers.remove_prefix(std::min(end + 1, controllers.size()));
    }
    return false;
}

} // namespace

std::optional<std::size_t> container_memory(const fs::path& root) {
    const fs::path groups = root / "sys/fs/cgroup";
    std::optional<std::size_t> least;
    const auto note = [&](std::optional<std::size_t> limit) {
        if (limit) least = std::min(least.value_or(*limit), *limit);
    };
    // Where a container does not see its own path, its group is the root of what it sees.
    note(number_in(groups / "memory.max"));
    note(number_in(groups / "memory/memory.limit_in_bytes"));
    std::ifstream of_process(root / "proc/self/cgroup");
    for (std::string line; std::getline(of_process, line);) { // hierarchy : controllers : path
        const auto first = line.find(':');
        const auto second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const auto controllers = std::string_view(line).substr(first + 1, second - first - 1);
        const fs::path group = line.substr(second + 1);
        if (controllers.empty())
            note(least_limit(groups, group, "memory.max"));
        else if (has_memory(controllers))
            note(least_limit(groups / "memory", group, "memory.limit_in_bytes"));
    }
    return least;
}

} // namespace streams::inline v0
