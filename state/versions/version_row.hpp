#pragma once

#include <streams/core/bytes.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// Versions of one key in one segment, as Kafka Streams lays them out:
/// `next:8 | first:8 | (from:8 | size:4)*, newest first | values, oldest first`; a size of -1 is a deletion. `next` is
/// when the newest of them ends, `first` when the oldest begins; that one ends the list. A row of a single deletion
/// that ends when it begins says that there was no version before it.
class version_row {
public:
    struct version {
        std::int64_t from;
        std::optional<bytes_view> value; ///< nullopt: deleted; owned by the caller or by the row
    };

    /// `store`: the name of the store whose rows these are.
    explicit version_row(std::string store) : store_(std::move(store)) {}

    // Throw corrupt_state_error where the bytes are no row.
    [[nodiscard]] std::int64_t next_of(bytes_view row) const;
    [[nodiscard]] std::int64_t first_of(bytes_view row) const;
    /// Decodes a row, of which it keeps a copy.
    void read(bytes_view row);
    /// A row of one version.
    void begin(std::optional<bytes_view> value, std::int64_t from, std::int64_t to);
    /// The bytes of the row; valid until the next call.
    [[nodiscard]] bytes_view write();

    [[nodiscard]] std::int64_t next() const noexcept { return next_; }
    /// The position of the version that is valid at `time`. REQUIRES: first <= time < next.
    [[nodiscard]] std::size_t find(std::int64_t time) const noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return versions_.size(); }
    [[nodiscard]] const version& at(std::size_t position) const noexcept { return versions_[position]; }
    [[nodiscard]] std::int64_t valid_to(std::size_t position) const noexcept {
        return position == 0 ? next_ : versions_[position - 1].from;
    }

    // The values given are to stay valid until `write`.
    void replace(std::size_t position, version with) { versions_[position] = with; }
    /// Newer than the version at `position`.
    void insert(std::size_t position, version added);
    /// REQUIRES: added.from >= next(). What lies between is a deletion.
    void insert_newest(version added, std::int64_t to);
    /// REQUIRES: added.from < first.
    void insert_oldest(version added);

private:
    [[nodiscard]] bool only_marks_deletion() const noexcept { return next_ == versions_.back().from; }

    [[noreturn]] void fail_damaged(bytes_view row) const;

    std::string store_;
    std::int64_t next_ = 0;
    std::vector<version> versions_; ///< newest first
    bytes read_;
    bytes written_;
};

} // namespace streams::inline v0
