#include "src/embedded/journal.hpp"

#include "src/embedded/frame.hpp"

#include <streams/core/error.hpp>

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace streams::inline v0::embedded {

namespace {

constexpr std::string_view format_key = "format";
constexpr std::string_view format_of_this_version = "streams embedded cluster 1";

constexpr std::size_t rewrite_at_least = 1024 * 1024;

bytes framed(std::int64_t number, std::span<const journal::change> changes) {
    std::vector<std::string> fields;
    for (const auto& [key, value] : changes) {
        fields.push_back(key);
        fields.push_back(value ? "=" + *value : "-");
    }
    const auto packed = pack(fields);
    const frame_source source{.offset = number, .value = bytes_view(packed)};
    const auto size = frame_size(source);
    bytes out;
    write_frame(out.extend(size), source, size, true);
    return out;
}

} // namespace

std::string pack(std::span<const std::string> fields) {
    std::string packed;
    for (const auto& field : fields) {
        const auto size = static_cast<std::uint32_t>(field.size());
        std::array<char, sizeof size> prefix;
        std::memcpy(prefix.data(), &size, sizeof size);
        packed.append(prefix.data(), prefix.size()).append(field);
    }
    return packed;
}

std::vector<std::string> unpack(std::string_view packed) {
    std::vector<std::string> fields;
    while (!packed.empty()) {
        std::uint32_t size = 0;
        if (packed.size() >= sizeof size) std::memcpy(&size, packed.data(), sizeof size);
        if (packed.size() < sizeof size + size)
            throw streams_error("a journal entry of the embedded cluster is shorter than it says; delete its folder");
        fields.emplace_back(packed.substr(sizeof size, size));
        packed.remove_prefix(sizeof size + size);
    }
    return fields;
}

journal::journal(std::filesystem::path path) : path_(std::move(path)) {
    if (std::filesystem::exists(path_)) read_file();
    if (const auto format = content_.find(std::string(format_key)); format == content_.end())
        content_.emplace(format_key, format_of_this_version);
    else if (format->second != format_of_this_version)
        throw streams_error(concat(path_.string(), " was written by an incompatible version (", format->second,
                                   " instead of ", format_of_this_version, "); delete the folder or use that version"));
    rewrite();
}

void journal::read_file() {
    const auto content = file(path_, O_RDONLY).read_all();
    bytes_view rest = content.view();
    while (const auto next = checked_frame(rest)) {
        const auto fields = unpack(next->value.value_or(bytes_view{}).text());
        for (std::size_t at = 0; at + 1 < fields.size(); at += 2) {
            if (fields[at + 1].starts_with('='))
                content_.insert_or_assign(fields[at], fields[at + 1].substr(1));
            else
                content_.erase(fields[at]);
        }
        next_frame_ = next->offset + 1;
        rest = rest.subview(next->size);
    }
    if (!rest.empty() && find_frame(rest.subview(1), next_frame_))
        throw streams_error(
            concat(path_.string(), " is damaged at byte ", content.size() - rest.size(),
                   ": a checksum does not match; put the file back from a copy, or delete the folder to "
                   "start anew"));
    // The file is renamed into place with its first frame in it.
    if (content_.empty())
        throw streams_error(concat(path_.string(),
                                   " is no journal of an embedded cluster, or its beginning is lost; choose "
                                   "another folder, or delete this one to start anew"));
}

void journal::rewrite() {
    const auto unfinished = std::filesystem::path(path_).concat(".new");
    std::vector<change> all(content_.begin(), content_.end());
    const auto snapshot = framed(next_frame_, all);
    file made(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
    made.write(snapshot);
    std::filesystem::rename(unfinished, path_);
    ++next_frame_;
    file_.emplace(std::move(made));
    written_ = rewritten_size_ = snapshot.size();
}

void journal::write(std::span<const change> changes) {
    if (path_.empty()) return;
    const std::lock_guard lock(mutex_);
    const auto entry = framed(next_frame_, changes);
    try {
        file_->write(entry);
    } catch (const streams_error&) {
        // Half a frame must not stand before the next one.
        if (::ftruncate(file_->descriptor(), static_cast<off_t>(written_)) != 0)
            throw_file_error(path_, "cut off half an entry", errno);
        throw;
    }
    ++next_frame_;
    written_ += entry.size();
    for (const auto& [key, value] : changes) {
        if (value)
            content_.insert_or_assign(key, *value);
        else
            content_.erase(key);
    }
    if (written_ > rewrite_at_least && written_ > 4 * rewritten_size_) rewrite();
}

} // namespace streams::inline v0::embedded
