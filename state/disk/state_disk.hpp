#pragma once

#include "state/disk/backing.hpp"
#include "state/store_identity.hpp"
#include "state/store_memory.hpp"

#include <filesystem>
#include <memory>
#include <system_error>

namespace streams::inline v0 {

/// What stores lie on: a folder for each, its backing within. Handed in as time is, so that a crash can take what was not
/// synced. Thread-safe.
class state_disk {
public:
    virtual ~state_disk() = default;
    /// Opens, or makes, the backing of one store in the folder of its name below `directory`. Throws state_error where the
    /// disk refuses, incompatible_state_error where others have written it, and corrupt_state_error where the content is
    /// damaged or of another layout. What it keeps in memory is of `memory`.
    [[nodiscard]] virtual std::unique_ptr<backing> open(const std::filesystem::path& directory,
                                                        const store_identity& identity, store_memory& memory) = 0;
    /// Removes a folder with the stores in it; one that is not there is no error. REQUIRES: none of them is open.
    virtual void remove(const std::filesystem::path& folder, std::error_code& failed) = 0;
};

/// The machine's: RocksDB in its file system. Lives as long as the process.
[[nodiscard]] state_disk& machine_disk() noexcept;

} // namespace streams::inline v0
