#pragma once

#include "catch.hpp"

#include <filesystem>
#include <string>
#include <system_error>

namespace state_test {

/// What RocksDB's own threads do meanwhile must not tear the copy: the list of files comes first, then the files.
inline bool copy_store(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::error_code failed;
    std::filesystem::create_directories(to, failed);
    for (const bool listing : {true, false})
        for (const auto& file : std::filesystem::directory_iterator(from))
            if (const auto name = file.path().filename().string();
                (name.starts_with("MANIFEST") || name == "CURRENT") == listing && !failed)
                std::filesystem::copy_file(file.path(), to / name, failed);
    if (failed) return false;
    // Where the listing has grown meanwhile, what it listed may have been compacted away before it was copied.
    for (const auto& file : std::filesystem::directory_iterator(to))
        if (const auto name = file.path().filename(); name.string().starts_with("MANIFEST"))
            if (std::filesystem::file_size(from / name, failed) != file.file_size()) return false;
    return !failed;
}

/// The files of a store as a process that is killed now leaves them.
inline void copy_patiently(const std::filesystem::path& from, const std::filesystem::path& to) {
    int tries = 1;
    while (!copy_store(from, to)) {
        REQUIRE(++tries < 10);
        std::filesystem::remove_all(to);
    }
}

} // namespace state_test
