#pragma once

#include <filesystem>
#include <random>
#include <string>

namespace streams::testing_support {

/// A folder of its own, removed at the end.
class temporary_folder {
public:
    temporary_folder()
        : path_(std::filesystem::temp_directory_path() / ("streams-test-" + std::to_string(std::random_device{}()))) {
        std::filesystem::create_directories(path_);
    }
    ~temporary_folder() { std::filesystem::remove_all(path_); }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

} // namespace streams::testing_support
