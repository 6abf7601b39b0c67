#include "state/disk/state_disk.hpp"

#include "state/disk/rocksdb_backing.hpp"

namespace streams::inline v0 {
namespace {

class file_system_disk final : public state_disk {
public:
    std::unique_ptr<backing> open(const std::filesystem::path& directory, const store_identity& identity,
                                  store_memory& memory) override {
        return open_rocksdb_backing(directory, identity, memory);
    }
    void remove(const std::filesystem::path& folder, std::error_code& failed) override {
        std::filesystem::remove_all(folder, failed);
    }
};

} // namespace

state_disk& machine_disk() noexcept {
    static file_system_disk disk;
    return disk;
}

} // namespace streams::inline v0
