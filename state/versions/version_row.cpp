#include "state/versions/version_row.hpp"

#include "state/disk/corrupt_state_error.hpp"

#include <streams/core/big_endian.hpp>

namespace streams::inline v0 {

namespace {
constexpr std::size_t head_bytes = 8 + 8;
constexpr std::size_t version_bytes = 8 + 4;
constexpr std::int32_t deleted = -1;
} // namespace

void version_row::fail_damaged(bytes_view row) const {
    throw corrupt_state_error(
        store_, concat("store ", store_, " is damaged: a row of versions of ", row.size(), " bytes does not decode"));
}

std::int64_t version_row::next_of(bytes_view row) const {
    if (row.size() < head_bytes) fail_damaged(row);
    return load_big_endian<std::int64_t>(row.data());
}

std::int64_t version_row::first_of(bytes_view row) const {
    if (row.size() < head_bytes) fail_damaged(row);
    return load_big_endian<std::int64_t>(row.data() + 8);
}

void version_row::read(bytes_view row) {
    read_.assign(row);
    const bytes_view in = read_.view();
    next_ = next_of(in);
    const std::int64_t first = first_of(in);
    versions_.clear();
    std::size_t end = in.size(); // of the value that is read next: they lie backwards
    for (std::size_t at = head_bytes;; at += version_bytes) {
        if (at + version_bytes > end) fail_damaged(row);
        const auto from = load_big_endian<std::int64_t>(in.data() + at);
        const auto size = load_big_endian<std::int32_t>(in.data() + at + 8);
        std::optional<bytes_view> value;
        if (size >= 0) {
            const auto length = static_cast<std::size_t>(size);
            if (length > end - at - version_bytes) fail_damaged(row);
            end -= length;
            value = in.subview(end, length);
        }
        versions_.push_back({from, value});
        if (from == first) return;
    }
}

void version_row::begin(std::optional<bytes_view> value, std::int64_t from, std::int64_t to) {
    versions_.assign(1, {from, value});
    next_ = to;
}

bytes_view version_row::write() {
    written_.clear();
    append_big_endian(written_, next_);
    append_big_endian(written_, versions_.back().from);
    for (const version& one : versions_) {
        append_big_endian(written_, one.from);
        append_big_endian(written_, one.value ? static_cast<std::int32_t>(one.value->size()) : deleted);
    }
    for (auto one = versions_.rbegin(); one != versions_.rend(); ++one)
        if (one->value) written_.append(*one->value);
    return written_.view();
}

std::size_t version_row::find(std::int64_t time) const noexcept {
    std::size_t at = 0;
    while (versions_[at].from > time) ++at;
    return at;
}

void version_row::insert(std::size_t position, version added) {
    versions_.insert(versions_.begin() + static_cast<std::ptrdiff_t>(position), added);
}

void version_row::insert_newest(version added, std::int64_t to) {
    if (only_marks_deletion()) versions_.clear();
    if (next_ != added.from) insert(0, {next_, std::nullopt});
    insert(0, added);
    next_ = to;
}

void version_row::insert_oldest(version added) {
    if (only_marks_deletion()) versions_.clear();
    versions_.push_back(added);
}

} // namespace streams::inline v0
