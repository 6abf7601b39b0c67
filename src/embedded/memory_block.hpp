#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

namespace streams::inline v0::embedded {

/// A run of memory that a segment's frames stand in: anonymous, or a file mapped into memory. What is written to a
/// mapped file is the kernel's at once, so it survives the end of the process, though not that of the machine.
class memory_block {
public:
    /// Zeroed memory. Throws std::bad_alloc.
    [[nodiscard]] static std::shared_ptr<memory_block> anonymous(std::size_t size);
    /// A file mapped for writing, made or resized to `size` with its disk space reserved, so that a full disk shows
    /// here and not at a write. What it has of content stays. Throws streams_error.
    [[nodiscard]] static std::shared_ptr<memory_block> writable(const std::filesystem::path& file, std::size_t size);
    /// A whole file mapped for reading. Throws streams_error.
    [[nodiscard]] static std::shared_ptr<memory_block> readable(const std::filesystem::path& file);

    memory_block(const memory_block&) = delete;
    memory_block& operator=(const memory_block&) = delete;
    ~memory_block();

    /// Has the kernel make pages ready to be written, many at a time: a fault each costs more than the records in it.
    void prepare(std::size_t from, std::size_t count) const noexcept;

    [[nodiscard]] std::byte* data() const noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
    memory_block(std::byte* data, std::size_t size) noexcept : data_(data), size_(size) {}

    std::byte* data_;
    std::size_t size_;
};

} // namespace streams::inline v0::embedded
