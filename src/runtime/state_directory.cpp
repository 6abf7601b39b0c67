#include "src/runtime/state_directory.hpp"

#include <streams/core/error.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <system_error>

namespace streams::inline v0 {
namespace {

constexpr const char* owner_file = "topology";

std::string_view name_of(store_kind kind) {
    switch (kind) {
    case store_kind::window: return "window";
    case store_kind::session: return "session";
    case store_kind::versioned: return "versioned";
    case store_kind::change_buffer: return "change buffer";
    case store_kind::key_value: break;
    }
    return "key-value";
}

/// What a store's files depend on, by store name: another value means that the files cannot be read as this store.
std::map<std::string, std::string> store_lines(const topology& of) {
    std::map<std::string, std::string> lines;
    auto parts = of.sub_topologies();
    for (sub_topology& part : of.global_parts()) parts.push_back(std::move(part));
    for (const sub_topology& part : parts)
        for (const std::string& name : part.stores) {
            const store_spec& store = *of.find_store(name);
            if (!store.persistent) continue;
            lines[name] = concat("sub-topology ", part.id, ", ", name_of(store.kind),
                                 store.timestamped ? ", timestamped" : "", store.retain_duplicates ? ", duplicates" : "", store.time_ordered ? ", by time" : "",
                                 ", window ", store.window_size.count(), " ms");
        }
    return lines;
}

std::map<std::string, std::string> read_lines(const std::filesystem::path& file) {
    std::map<std::string, std::string> lines;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);)
        if (const auto split = line.find(": "); split != std::string::npos)
            lines[line.substr(0, split)] = line.substr(split + 2);
    return lines;
}

} // namespace

state_directory::~state_directory() { close(); }

void state_directory::open(const topology& of) {
    const auto& stores = of.stores();
    if (std::none_of(stores.begin(), stores.end(), [](const store_spec& store) { return store.persistent; })) return;
    std::error_code failed;
    std::filesystem::create_directories(folder_, failed);
    if (failed)
        throw state_error(concat("state folder ", folder_.string(), " cannot be made: ", failed.message(),
                                 "; set state.dir to a folder that this user may write"));
    lock_folder();
    check_owner(of);
}

void state_directory::lock_folder() {
    const auto file = folder_ / ".lock";
    lock_file_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (lock_file_ < 0)
        throw state_error(concat("state folder ", folder_.string(), " cannot be locked: ", std::strerror(errno),
                                 "; set state.dir to a folder that this user may write"));
    if (::flock(lock_file_, LOCK_EX | LOCK_NB) == 0) return;
    const int reason = errno;
    close();
    if (reason == EWOULDBLOCK)
        throw state_error(concat("state folder ", folder_.string(), " is in use by another instance of the "
                                 "application; stop that one, or give each instance a state.dir of its own"));
    throw state_error(concat("state folder ", folder_.string(), " cannot be locked: ", std::strerror(reason),
                             "; set state.dir to a folder on a disk that supports file locks"));
}

void state_directory::check_owner(const topology& of) {
    const auto file = folder_ / owner_file;
    const auto wanted = store_lines(of);
    const auto found = read_lines(file);
    for (const auto& [store, line] : found)
        if (const auto now = wanted.find(store); now != wanted.end() && now->second != line) {
            close();
            throw state_error(concat("state folder ", folder_.string(), " belongs to another topology: store ", store,
                                     " is there in ", line, ", but now in ", now->second,
                                     "; use another application.id or state.dir, or remove the folder, and the state "
                                     "is rebuilt from the changelogs"));
        }
    if (found == wanted) return;
    const auto temporary = folder_ / (std::string(owner_file) + ".tmp");
    {
        std::ofstream out(temporary, std::ios::trunc);
        for (const auto& [store, line] : wanted) out << store << ": " << line << '\n';
        if (!out.flush()) {
            close();
            throw state_error(concat("state folder ", folder_.string(), " cannot be written; see whether its disk is "
                                     "full or read-only"));
        }
    }
    std::filesystem::rename(temporary, file);
}

void state_directory::close() noexcept {
    if (lock_file_ >= 0) ::close(lock_file_);
    lock_file_ = -1;
}

bool state_directory::try_lock(task_id task) {
    const std::lock_guard guard(mutex_);
    return locked_.insert(task).second;
}

void state_directory::unlock(task_id task) {
    const std::lock_guard guard(mutex_);
    locked_.erase(task);
}

void state_directory::wipe(task_id task, const std::string& store) {
    const auto folder = store_folder(task, store);
    std::error_code failed;
    std::filesystem::remove_all(folder, failed);
    if (failed)
        throw state_error(concat("state folder ", folder.string(), " cannot be removed: ", failed.message(),
                                 "; remove it by hand, its content is rebuilt from the changelog"));
}

} // namespace streams::inline v0
