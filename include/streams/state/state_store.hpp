#pragma once

#include <streams/core/bytes.hpp>
#include <streams/core/headers.hpp>
#include <streams/core/record.hpp>
#include <streams/serde/serde_object.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace streams::inline v0 {

/// A cached store's newest value of a key on its way downstream, once a commit (KIP-63).
struct flushed_entry {
    bytes_view key;
    std::optional<bytes_view> new_value; ///< nullopt: deleted
    std::optional<bytes_view> old_value; ///< as last flushed; nullopt: absent, or not asked for
    std::int64_t timestamp;              ///< of the last update's record
    streams::headers& headers;           ///< of the last update's record
    record_metadata metadata{};          ///< where the last update's record came from
};

/// Receives what a cached store forwards. Called on the task's thread while the store is flushed.
class flush_listener {
public:
    virtual ~flush_listener() = default;
    virtual void flushed(const flushed_entry& entry) = 0;
};

/// What every store is to the nodes that use it. Stores work on bytes and belong to one task: all calls come from the
/// task's thread. Nothing a store hands out as a view outlives the next call on the same store, but for the entries of a
/// range (see store_range).
class state_store {
public:
    virtual ~state_store() = default;

    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    /// Whether the content is kept on this machine's disk; a changelog is independent of it.
    [[nodiscard]] virtual bool persistent() const noexcept = 0;
    /// Whether values begin with 8 bytes of timestamp, behind their headers.
    [[nodiscard]] virtual bool timestamped() const noexcept { return false; }
    /// Whether values begin with headers (KIP-1271).
    [[nodiscard]] virtual bool keeps_headers() const noexcept { return false; }
    /// Asks for updates to be forwarded through `listener`, only the last of each key per commit. False where the store
    /// does not cache: then its node forwards every update itself. `with_old_values`: fill flushed_entry::old_value.
    [[nodiscard]] virtual bool forward_on_flush(flush_listener& listener, bool with_old_values) = 0;

    /// How a typed view converts keys and values: by the objects of the store's definition where they are of its types, else
    /// by serde<T>.
    template <class Key>
    [[nodiscard]] serde_for<Key> key_serde() const {
        return serdes_ ? store_serdes::as<Key>(serdes_->key) : serde_for<Key>();
    }
    template <class Value>
    [[nodiscard]] serde_for<Value> value_serde() const {
        return serdes_ ? store_serdes::as<Value>(serdes_->value) : serde_for<Value>();
    }
    /// For the library: set by who makes the store.
    void use_serdes(std::shared_ptr<const store_serdes> serdes) noexcept { serdes_ = std::move(serdes); }
    [[nodiscard]] const std::shared_ptr<const store_serdes>& serdes() const noexcept { return serdes_; }

private:
    std::shared_ptr<const store_serdes> serdes_;
};

/// The order of an iteration.
enum class iteration_order { ascending, descending };

} // namespace streams::inline v0
