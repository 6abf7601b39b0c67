#include "src/embedded/memory_block.hpp"

#include "src/embedded/file.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <cerrno>
#include <new>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace streams::inline v0::embedded {

namespace {

std::byte* map_file(const file& from, std::size_t size, int protection) {
    void* const memory = ::mmap(nullptr, size, protection, MAP_SHARED, from.descriptor(), 0);
    if (memory == MAP_FAILED) throw_file_error(from.path(), "map into memory", errno);
    return static_cast<std::byte*>(memory);
}

} // namespace

std::shared_ptr<memory_block> memory_block::anonymous(std::size_t size) {
    void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    return std::shared_ptr<memory_block>(new memory_block(static_cast<std::byte*>(memory), size));
}

std::shared_ptr<memory_block> memory_block::writable(const std::filesystem::path& path, std::size_t size) {
    const file opened(path, O_RDWR | O_CREAT);
    if (opened.size() > size && ::ftruncate(opened.descriptor(), static_cast<off_t>(size)) != 0)
        throw_file_error(path, "shorten", errno);
    if (const int failed = ::posix_fallocate(opened.descriptor(), 0, static_cast<off_t>(size)); failed != 0)
        throw_file_error(path, "reserve disk space", failed);
    return std::shared_ptr<memory_block>(new memory_block(map_file(opened, size, PROT_READ | PROT_WRITE), size));
}

std::shared_ptr<memory_block> memory_block::readable(const std::filesystem::path& path) {
    const file opened(path, O_RDONLY);
    const auto size = opened.size();
    if (size == 0) return std::shared_ptr<memory_block>(new memory_block(nullptr, 0));
    return std::shared_ptr<memory_block>(new memory_block(map_file(opened, size, PROT_READ), size));
}

void memory_block::prepare(std::size_t from, std::size_t count) const noexcept {
#if defined(MADV_POPULATE_WRITE)
    constexpr int populate = MADV_POPULATE_WRITE;
#else
    constexpr int populate = 23; // Linux 5.14; where the kernel does not know it, pages come by fault as ever
#endif
    (void)::madvise(data_ + from, std::min(count, size_ - from), populate);
}

memory_block::~memory_block() {
    if (data_ != nullptr) ::munmap(data_, size_);
}

} // namespace streams::inline v0::embedded
