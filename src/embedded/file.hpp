#pragma once

#include <streams/core/bytes.hpp>

#include <filesystem>
#include <string_view>

namespace streams::inline v0::embedded {

/// A file descriptor that closes itself.
class file {
public:
    file() = default;
    /// Opens with the flags of open(2), and mode 0644. Throws streams_error.
    file(const std::filesystem::path& path, int flags);
    file(file&& other) noexcept;
    file& operator=(file&& other) noexcept;
    ~file();

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::size_t size() const;
    /// Appends all of `data` at the descriptor's position. Throws streams_error.
    void write(bytes_view data);
    /// The whole content from the start. Throws streams_error.
    [[nodiscard]] bytes read_all() const;

private:
    std::filesystem::path path_;
    int descriptor_ = -1;
};

/// Throws streams_error: `<path>: cannot <what>: <errno's text>`, with a remedy where the errno tells one.
[[noreturn]] void throw_file_error(const std::filesystem::path& path, std::string_view action, int error_number);

} // namespace streams::inline v0::embedded
