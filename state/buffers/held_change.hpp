#pragma once

#include <streams/core/bytes.hpp>
#include <streams/core/headers.hpp>
#include <streams/core/record.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace streams::inline v0 {

/// What a change buffer holds of a key: the newest update, where it came from, and the value before the first update that
/// was held back. The values lie in one buffer, `prior | old | new`, where old is left out if it equals prior.
class held_change {
public:
    /// Null, or a view that is valid until the next change.
    [[nodiscard]] std::optional<bytes_view> prior() const noexcept { return part(0, prior_); }
    [[nodiscard]] std::optional<bytes_view> old_value() const noexcept {
        return old_is_prior_ ? prior() : part(size_of(prior_), old_);
    }
    [[nodiscard]] std::optional<bytes_view> new_value() const noexcept {
        return part(size_of(prior_) + size_of(old_), new_);
    }
    [[nodiscard]] record_context context() const noexcept { return {metadata_, timestamp_, headers_.get()}; }

    /// Headers and timestamp of each value, as they stand in front of a stored one.
    struct value_prefixes {
        bytes prior;
        bytes old_value;
        bytes new_value;
    };
    /// Null: they were not noted.
    [[nodiscard]] const value_prefixes* prefixes() const noexcept { return prefixes_.get(); }
    /// REQUIRES: the values are there.
    void note_prefixes(value_prefixes noted) { prefixes_ = std::make_unique<value_prefixes>(std::move(noted)); }
    /// Prior and old value are the same, with the same headers and timestamp where these were noted.
    [[nodiscard]] bool old_is_prior() const noexcept {
        return prior() == old_value() && (!prefixes_ || prefixes_->prior == prefixes_->old_value);
    }

    /// Drops what is held, and starts with the value before the first update.
    void begin(std::optional<bytes_view> prior);
    /// Holds the record at hand instead of the update before it. `topic`: the record's, which outlives this.
    void update(const record_context& from, std::string_view topic, std::optional<bytes_view> old_value,
                std::optional<bytes_view> new_value);

    /// Kafka Streams' estimate of what it takes in memory, without its key: all of its bytes in the changelog, but no lengths.
    [[nodiscard]] std::size_t estimated_bytes() const noexcept;
    /// Bytes held outside of the object, by capacity; headers, which are rare, and prefixes are left out.
    [[nodiscard]] std::size_t heap_bytes() const noexcept {
        return values_.capacity() == bytes().capacity() ? 0 : values_.capacity();
    }

    std::int64_t time = 0; ///< ms; what it is ordered by

private:
    static constexpr std::int32_t null_size = -1;
    [[nodiscard]] static std::size_t size_of(std::int32_t size) noexcept {
        return size < 0 ? 0 : static_cast<std::size_t>(size);
    }
    [[nodiscard]] std::optional<bytes_view> part(std::size_t at, std::int32_t size) const noexcept {
        return size < 0 ? std::nullopt : std::optional(values_.view().subview(at, static_cast<std::size_t>(size)));
    }
    [[nodiscard]] std::int32_t append(std::optional<bytes_view> value);

    record_metadata metadata_;
    std::int64_t timestamp_ = -1;
    std::unique_ptr<streams::headers> headers_; ///< null: none
    std::unique_ptr<value_prefixes> prefixes_;  ///< null: not noted
    bytes values_;
    std::int32_t prior_ = null_size;
    std::int32_t old_ = null_size;
    std::int32_t new_ = null_size;
    bool old_is_prior_ = false;
};

} // namespace streams::inline v0
