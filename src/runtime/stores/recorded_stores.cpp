#include "src/runtime/stores/recorded_stores.hpp"

#include "src/runtime/stores/task_folders.hpp"
#include "state/store_identity.hpp"

#include <streams/core/error.hpp>
#include <streams/core/log.hpp>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string_view>
#include <utility>
#include <vector>

namespace streams::inline v0 {
namespace {

constexpr const char* topology_file = "topology";
constexpr std::string_view part_word = "sub-topology ";

/// The folders of a store in those of tasks; of one sub-topology where `part` says which.
std::vector<std::filesystem::path> folders_of(const std::string& store, const std::filesystem::path& folder,
                                              std::optional<std::int32_t> part = {}) {
    std::vector<std::filesystem::path> found;
    for (const task_id task : task_folders(folder)) {
        const auto path = folder / to_string(task) / store;
        std::error_code absent;
        if ((!part || task.subtopology == *part) && std::filesystem::is_directory(path, absent)) found.push_back(path);
    }
    return found;
}

std::string join(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

} // namespace

recorded_stores::recorded_stores(const std::filesystem::path& folder, const topology& topology)
    : wanted_(of_topology(topology)) {
    bool shared = false;
    for (auto& [store, was] : of_folder(folder)) {
        shared |= topology.find_store(store) != nullptr;
        if (wanted_.contains(store))
            check_same(folder, store, was);
        else if (!folders_of(store, folder).empty())
            left_.emplace(store, was);
    }
    std::vector<std::string> left;
    for (const auto& [store, was] : left_) left.push_back(store);
    if (!left_.empty() && !shared)
        throw state_error(
            concat("state folder ", folder.string(), " belongs to another topology: of its stores (", join(left),
                   ") this one has none; use another application.id or state.dir, or, where the stores got "
                   "new names and begin anew, remove the folder or call clean_up()"));
    for (const auto& [store, was] : left_)
        if (!was.changelog.value_or(false))
            log(log_level::info,
                concat("the topology has no store ", store, " any more, and no changelog has its content, so ",
                       folders_of(store, folder).front().string(), " stays; remove it by hand"));
}

void recorded_stores::check_same(const std::filesystem::path& folder, const std::string& store,
                                 const entry& was) const {
    const entry& now = wanted_.at(store);
    if (now.content != was.content)
        throw state_error(concat(
            "state folder ", folder.string(), " belongs to another topology: store ", store, " holds `", was.content,
            "` there", was.changelog.value_or(true) ? " and in its changelog" : "", ", but now `", now.content,
            "`; give the changed store a new name, or use another "
            "application.id"));
    if (now.part == was.part || now.changelog.value_or(false)) return;
    const auto folders = folders_of(store, folder, was.part);
    if (folders.empty()) return;
    throw state_error(concat("state folder ", folder.string(), " belongs to another topology: store ", store,
                             ", which has no changelog, is there in sub-topology ", was.part,
                             ", but now in sub-topology ", now.part, "; move ", folders.front().string(),
                             " and those beside it by hand, or remove them, and "
                             "the store begins empty"));
}

recorded_stores::entries recorded_stores::of_topology(const topology& topology) {
    entries found;
    for (const sub_topology& part : topology.sub_topologies())
        for (const std::string& name : part.stores) {
            const store_spec& store = *topology.find_store(name);
            if (!store.persistent) continue;
            found[name] = {part.id, identity_of(store).content, store.logging || !store.source_topic.empty()};
        }
    return found;
}

recorded_stores::entries recorded_stores::of_folder(const std::filesystem::path& folder) {
    entries found;
    std::ifstream in(folder / topology_file);
    for (std::string line; std::getline(in, line);)
        if (const auto split = line.find(": "); split != std::string::npos)
            if (auto read = parse(line.substr(split + 2))) found.emplace(line.substr(0, split), std::move(*read));
    return found;
}

std::string recorded_stores::text_of(const entry& from) {
    return concat(part_word, from.part, ", ", from.content,
                  !from.changelog   ? ""
                  : *from.changelog ? ", changelog"
                                    : ", no changelog");
}

std::optional<recorded_stores::entry> recorded_stores::parse(const std::string& text) {
    const auto comma = text.find(", ");
    if (!text.starts_with(part_word) || comma == std::string::npos) return std::nullopt;
    entry read;
    std::from_chars(text.data() + part_word.size(), text.data() + comma, read.part);
    read.content = text.substr(comma + 2);
    // Written by earlier versions; how files are laid out is checked where they are opened.
    for (const std::string_view layout : {", timestamped", ", by time"})
        if (const auto at = read.content.find(layout); at != std::string::npos) read.content.erase(at, layout.size());
    for (const auto& [ending, changelog] :
         {std::pair<std::string_view, bool>{", no changelog", false}, {", changelog", true}})
        if (read.content.ends_with(ending)) {
            read.content.resize(read.content.size() - ending.size());
            read.changelog = changelog;
        }
    return read;
}

void recorded_stores::write(const std::filesystem::path& folder) const {
    entries all = wanted_;
    all.insert(left_.begin(), left_.end());
    if (all == of_folder(folder)) return;
    const auto file = folder / topology_file;
    const auto temporary = folder / (std::string(topology_file) + ".tmp");
    std::error_code failed;
    {
        std::ofstream out(temporary, std::ios::trunc);
        for (const auto& [store, recorded] : all) out << store << ": " << text_of(recorded) << '\n';
        if (!out.flush()) failed = std::make_error_code(std::errc::io_error);
    }
    if (!failed) std::filesystem::rename(temporary, file, failed);
    if (failed)
        throw state_error(concat("state folder ", folder.string(),
                                 " cannot be written; see whether its disk is full or "
                                 "read-only"));
}

bool recorded_stores::in_use(task_id task, const std::string& store) const {
    const auto found = wanted_.find(store);
    return found != wanted_.end() && found->second.part == task.subtopology;
}

bool recorded_stores::rebuildable(const std::string& store) const {
    for (const entries* known : {&wanted_, &left_})
        if (const auto found = known->find(store); found != known->end())
            return found->second.changelog.value_or(false);
    return false;
}

} // namespace streams::inline v0
