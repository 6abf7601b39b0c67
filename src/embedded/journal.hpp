#pragma once

#include "src/embedded/file.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace streams::inline v0::embedded {

/// A small map of texts that survives the process: what of a cluster is not records. Each change is one frame at the
/// end of a file, all of it or nothing; the file is written anew when most of it is outdated. Thread-safe.
class journal {
public:
    using change = std::pair<std::string, std::optional<std::string>>; ///< nullopt: remove the key

    /// In memory only.
    journal() = default;
    /// Opens or makes the file; a frame that a killed process left unfinished is cut off. Throws streams_error where
    /// the file is damaged before its end, or is none of this version.
    explicit journal(std::filesystem::path path);

    /// What the file held when it was opened.
    [[nodiscard]] const std::map<std::string, std::string>& content() const noexcept { return content_; }
    /// Throws streams_error (disk full); nothing is changed then.
    void write(std::span<const change> changes);

private:
    void read_file();
    void rewrite();

    const std::filesystem::path path_;
    std::mutex mutex_;
    std::map<std::string, std::string> content_;
    std::optional<file> file_;
    std::int64_t next_frame_ = 0;
    std::size_t written_ = 0;        ///< size of the file
    std::size_t rewritten_size_ = 0; ///< its size when it was last written anew
};

/// Several texts in one, and back. unpack throws streams_error for what pack did not write.
[[nodiscard]] std::string pack(std::span<const std::string> fields);
[[nodiscard]] std::vector<std::string> unpack(std::string_view packed);

} // namespace streams::inline v0::embedded
