#include "src/runtime/stores/state_directory.hpp"

#include "src/runtime/stores/folder_format.hpp"
#include "src/runtime/stores/process_id.hpp"
#include "src/runtime/stores/task_folders.hpp"

#include <streams/core/error.hpp>
#include <streams/core/log.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

namespace streams::inline v0 {
namespace {

constexpr const char* lock_name = ".lock";

void log_unkept(const state_error& refused) {
    log(log_level::info,
        concat("the id of this process is not kept, so that its group waits for session.timeout.ms after a crash: ",
               refused.what()));
}

} // namespace

state_directory::~state_directory() { close(); }

void state_directory::open(const topology& topology) {
    const auto& stores = topology.stores();
    if (std::none_of(stores.begin(), stores.end(), [](const store_spec& store) { return store.persistent; }))
        return open_for_process_id();
    make_folder();
    lock_folder();
    try {
        take_folder_format(folder_);
        stores_ = recorded_stores(folder_, topology);
        stores_.write(folder_);
    } catch (...) {
        close();
        throw;
    }
    opened_at_ = time_.steady_ms();
    holds_stores_ = true;
}

void state_directory::open_for_process_id() {
    try {
        make_folder();
        lock_folder();
    } catch (const state_error& refused) {
        log_unkept(refused);
    }
}

void state_directory::make_folder() const {
    std::error_code failed;
    std::filesystem::create_directories(folder_, failed);
    if (failed)
        throw state_error(concat("state folder ", folder_.string(), " cannot be made: ", failed.message(),
                                 "; set state.dir to a folder that this user may write"));
}

void state_directory::lock_folder() {
    const auto file = folder_ / lock_name;
    lock_file_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (lock_file_ < 0)
        throw state_error(concat("state folder ", folder_.string(), " cannot be locked: ", std::strerror(errno),
                                 "; set state.dir to a folder that this user may write"));
    if (::flock(lock_file_, LOCK_EX | LOCK_NB) == 0) return;
    const int reason = errno;
    close();
    if (reason == EWOULDBLOCK)
        throw state_error(concat("state folder ", folder_.string(),
                                 " is in use by another instance of the "
                                 "application; stop that one, or give each instance a state.dir of its own"));
    throw state_error(concat("state folder ", folder_.string(), " cannot be locked: ", std::strerror(reason),
                             "; set state.dir to a folder on a disk that supports file locks"));
}

std::string state_directory::process_id(execution& chance) const {
    if (holds_stores_) return process_id_in(folder_, chance);
    try {
        if (lock_file_ >= 0) return process_id_in(folder_, chance);
    } catch (const state_error& refused) {
        log_unkept(refused);
    }
    return make_process_id(chance);
}

void state_directory::close() noexcept {
    if (lock_file_ >= 0) ::close(lock_file_);
    lock_file_ = -1;
    holds_stores_ = false;
}

void state_directory::clear() {
    std::error_code failed;
    if (!std::filesystem::exists(folder_, failed)) return;
    lock_folder();
    for (const auto& entry : std::filesystem::directory_iterator(folder_, failed)) {
        if (entry.path().filename() == lock_name) continue;
        std::filesystem::remove_all(entry.path(), failed);
        if (failed) break;
    }
    close();
    if (failed)
        throw state_error(concat("state folder ", folder_.string(), " cannot be emptied: ", failed.message(),
                                 "; see who owns what is in it"));
}

void task_folder_lock::release() noexcept {
    if (in_ != nullptr) std::exchange(in_, nullptr)->unlock(task_);
}

task_folder_lock state_directory::try_lock(task_id task) {
    const std::lock_guard guard(mutex_);
    return locked_.insert(task).second ? task_folder_lock(*this, task) : task_folder_lock();
}

void state_directory::unlock(task_id task) {
    const std::lock_guard guard(mutex_);
    locked_.erase(task);
    released_[task] = time_.steady_ms();
}

void state_directory::wipe(task_id task, const std::string& store) {
    const auto folder = store_folder(task, store);
    std::error_code failed;
    disk_.remove(folder, failed);
    if (failed)
        throw state_error(concat("state folder ", folder.string(), " cannot be removed: ", failed.message(),
                                 "; remove it by hand, its content is rebuilt from the changelog"));
}

void state_directory::clean(std::chrono::milliseconds delay) {
    if (!holds_stores_) return;
    for (const task_id task : task_folders(folder_))
        if (idle_for(delay, task)) clean(task);
}

bool state_directory::idle_for(std::chrono::milliseconds delay, task_id task) {
    const std::lock_guard guard(mutex_);
    const auto released = released_.find(task);
    const std::int64_t since = released == released_.end() ? opened_at_ : std::max(opened_at_, released->second);
    return time_.steady_ms() - since >= delay.count();
}

void state_directory::clean(task_id task) {
    // A task of ours keeps what it uses; what it does not use nobody opens.
    const task_folder_lock taken = try_lock(task);
    std::error_code failed;
    std::vector<std::filesystem::path> idle;
    for (const auto& entry : std::filesystem::directory_iterator(task_folder(task), failed)) {
        const auto store = entry.path().filename().string();
        if (entry.is_directory(failed) && stores_.rebuildable(store) && (taken || !stores_.in_use(task, store)))
            idle.push_back(entry.path());
    }
    for (const auto& store : idle) {
        std::filesystem::remove_all(store, failed);
        if (failed)
            log(log_level::warn, concat("unused state folder ", store.string(),
                                        " cannot be removed: ", failed.message(), "; see who owns it"));
        else
            log(log_level::info,
                concat("removed state folder ", store.string(), ", unused for state.cleanup.delay.ms"));
    }
    if (taken) std::filesystem::remove(task_folder(task), failed); // stays where something is left in it
}

} // namespace streams::inline v0
