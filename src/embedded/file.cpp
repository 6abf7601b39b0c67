#include "src/embedded/file.hpp"

#include <streams/core/error.hpp>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace streams::inline v0::embedded {

void throw_file_error(const std::filesystem::path& path, std::string_view action, int error_number) {
    const std::string_view remedy = error_number == ENOSPC || error_number == EDQUOT
                                        ? "; make room on the disk or set retention.bytes on the topics"
                                    : error_number == EACCES || error_number == EPERM || error_number == EROFS
                                        ? "; choose a folder this user may write to"
                                        : "";
    throw streams_error(concat(path.string(), ": cannot ", action, ": ", std::strerror(error_number), remedy));
}

file::file(const std::filesystem::path& path, int flags) : path_(path) {
    descriptor_ = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
    if (descriptor_ < 0) throw_file_error(path, "open", errno);
}

file::file(file&& other) noexcept : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

file& file::operator=(file&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

file::~file() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

std::size_t file::size() const {
    struct stat status{};
    if (::fstat(descriptor_, &status) != 0) throw_file_error(path_, "ask for the size", errno);
    return static_cast<std::size_t>(status.st_size);
}

void file::write(bytes_view data) {
    while (!data.empty()) {
        const auto written = ::write(descriptor_, data.data(), data.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw_file_error(path_, "write", errno);
        data = data.subview(static_cast<std::size_t>(written));
    }
}

bytes file::read_all() const {
    bytes content;
    content.resize(size());
    std::size_t filled = 0;
    while (filled < content.size()) {
        const auto count =
            ::pread(descriptor_, content.data() + filled, content.size() - filled, static_cast<off_t>(filled));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw_file_error(path_, "read", errno);
        if (count == 0) break;
        filled += static_cast<std::size_t>(count);
    }
    content.resize(filled);
    return content;
}

} // namespace streams::inline v0::embedded
