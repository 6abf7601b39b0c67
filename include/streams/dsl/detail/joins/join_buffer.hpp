#pragma once

#include <streams/dsl/detail/stores/buffered_context.hpp>
#include <streams/state/key_value_store.hpp>
#include <streams/topology/node_store.hpp>
#include <streams/topology/topology.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace streams::inline v0::detail {

/// Throws topology_error where a join of that name cannot wait: a negative grace, or a table without versions.
void check_grace(std::chrono::milliseconds grace, std::string_view join, bool versioned_table);
/// Throws topology_error where one of the table's stores forgets versions before the grace has passed.
void check_history(std::chrono::milliseconds grace, std::string_view join, const std::vector<std::string>& stores,
                   const topology& in);
[[nodiscard]] store_spec join_buffer_spec(std::string name);

/// Records of a stream that wait for late updates of a versioned table, by time, then by key (Kafka's
/// `RocksDBTimeOrderedKeyValueBuffer`): in a store under `0:1 | timestamp:8 | key | number:4`, as
/// `context | -1:4 | -1:4 | size:4 | value | 0:8`.
class join_buffer {
public:
    explicit join_buffer(std::chrono::milliseconds grace) : grace_ms_(grace.count()) {}

    void open(task_context& context, std::string_view store);

    /// Keeps `r` with these bytes of its key and value. False: it is too late to wait.
    template <class Key, class Value>
    [[nodiscard]] bool keep(const record<Key, Value>& r, bytes_view key, bytes_view value) {
        if (observed_ - grace_ms_ > r.timestamp) return false;
        keep_in(store_.of(r), key, value);
        return true;
    }

    /// One way through the records whose grace has passed, oldest first.
    class due_records {
    public:
        /// The buffer outlives it.
        explicit due_records(join_buffer& in) : in_(in) {}
        /// Goes to the next; false: none is left.
        [[nodiscard]] bool next();
        /// Takes the record at hand out of the buffer, which `r` made due.
        template <class Key, class Value>
        void forget(const record<Key, Value>& r) {
            in_.store_.of(r).put(in_.due_key_.view(), std::nullopt);
        }

        /// The record at hand, until the next.
        [[nodiscard]] bytes_view key() const noexcept;
        [[nodiscard]] bytes_view value() const noexcept { return in_.value_.view(); }
        [[nodiscard]] buffered_context& context() const noexcept { return in_.due_; }

    private:
        join_buffer& in_;
        std::optional<store_range<store_entry>> range_;
        store_range<store_entry>::iterator at_;
    };

private:
    void keep_in(key_value_store& store, bytes_view key, bytes_view value);
    void read_due(const store_entry& entry);

    std::int64_t grace_ms_;
    node_store<key_value_store> store_;
    task_context* task_ = nullptr;
    std::int64_t observed_ = -1; ///< the largest timestamp kept, ms
    std::int64_t oldest_ = 0;    ///< at most the smallest timestamp in the buffer
    std::uint32_t last_number_ = 0;
    bytes store_key_;
    bytes store_value_;
    bytes due_key_; ///< in the store, of the record at hand
    bytes value_;
    buffered_context due_;
};

} // namespace streams::inline v0::detail
