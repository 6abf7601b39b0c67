#include "src/runtime/stores/task_folders.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <system_error>

namespace streams::inline v0 {
namespace {

std::optional<task_id> parse_task_id(const std::string& text) {
    const auto split = text.find('_');
    if (split == std::string::npos) return std::nullopt;
    task_id id;
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    const auto part = std::from_chars(begin, begin + split, id.subtopology);
    const auto partition = std::from_chars(begin + split + 1, end, id.partition);
    if (part.ec != std::errc() || partition.ec != std::errc() || to_string(id) != text) return std::nullopt;
    return id;
}

} // namespace

std::vector<task_id> task_folders(const std::filesystem::path& folder) {
    std::vector<task_id> found;
    std::error_code absent;
    for (const auto& entry : std::filesystem::directory_iterator(folder, absent))
        if (const auto id = parse_task_id(entry.path().filename().string()); id && entry.is_directory(absent))
            found.push_back(*id);
    return found;
}

} // namespace streams::inline v0
