#pragma once

#include <streams/serde/serde.hpp>
#include <streams/state/key_value_store.hpp>

#include <cstdint>
#include <functional>
#include <optional>

namespace streams::inline v0::detail {

/// Timers of a processor, in a store: its keys are the time, 8 bytes big-endian, and then the key's bytes.
class timers {
public:
    using callback = std::function<void(bytes_view key, std::int64_t at)>;

    timers(key_value_store& store, callback fire);

    /// A second timer of the same key and time is the same.
    void set(bytes_view key, std::int64_t at);
    void cancel(bytes_view key, std::int64_t at);
    /// Fires what is due at `now` or earlier, by time, then by key bytes; what is set meanwhile too.
    void fire_due(std::int64_t now);

private:
    [[nodiscard]] bytes_view entry(bytes_view key, std::int64_t at);
    /// Reads when the next timer is due.
    void look_ahead();
    /// Fires what is due and was set before, up to where a callback sets what is due as well.
    void fire_those_set(std::int64_t now);

    key_value_store* store_;
    callback fire_;
    std::optional<std::int64_t> next_;     ///< no timer is due before; nullopt: none is set
    std::optional<std::int64_t> just_set_; ///< the earliest that was set since they began to fire; nullopt: none
    bytes entry_;
};

} // namespace streams::inline v0::detail
