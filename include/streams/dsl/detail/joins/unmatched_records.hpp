#pragma once

#include <streams/dsl/detail/joins/join_span.hpp>
#include <streams/dsl/detail/joins/stream_join_time.hpp>
#include <streams/state/key_value_store.hpp>
#include <streams/topology/node_store.hpp>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace streams::inline v0::detail {

enum class join_side : std::uint8_t { right = 0, left = 1 };

/// A record that waited in vain for a match. Borrowed until the next call on its store.
struct unmatched_record {
    std::int64_t timestamp;
    join_side side;
    bytes_view key;
    bytes_view value;
};

/// Records of a left or outer join that have no match yet, of both sides (Kafka's shared outer join store): in a store
/// under `timestamp:8 | side:1 | key`, those of one key in a list `1 | count:4 | (size:4 | side:1 | value)*`.
class unmatched_records {
public:
    void open(task_context& context, std::string_view store, stream_join_time& time);

    /// `r` has no match yet.
    template <class Key, class Value>
    void keep(const record<Key, Value>& r, join_side side, bytes_view key, bytes_view value) {
        keep_in(store_.of(r), side, key, value, r.timestamp);
    }
    /// `r` is the match of a record of `side`: that waits no more, nor do others of its key and time.
    template <class Key, class Value>
    void matched(const record<Key, Value>& r, join_side side, bytes_view key, std::int64_t timestamp) {
        const bytes_view at = store_key(side, key, timestamp);
        if (store_->get(at)) store_.of(r).put(at, std::nullopt);
    }

    /// The records whose windows have closed, where it may be that there are any and the interval between two looks has
    /// passed; `after`: of the side that asks. To be followed by `forget_expired` once they are handled.
    [[nodiscard]] std::span<const unmatched_record> expired(const join_span& windows, std::int64_t after);
    template <class Key, class Value>
    void forget_expired(const record<Key, Value>& r) {
        forget_expired_in(store_.of(r));
    }

private:
    struct place {
        std::int64_t timestamp;
        join_side side;
        std::size_t key_at;
        std::size_t key_size;
        std::size_t value_at;
        std::size_t value_size;
    };

    void keep_in(key_value_store& store, join_side side, bytes_view key, bytes_view value, std::int64_t timestamp);
    void forget_expired_in(key_value_store& store);
    void scan(const join_span& windows);
    void collect(bytes_view store_key, bytes_view entry);
    [[nodiscard]] bytes_view store_key(join_side side, bytes_view key, std::int64_t timestamp);

    node_store<key_value_store> store_;
    task_context* context_ = nullptr;
    stream_join_time* time_ = nullptr;
    std::int64_t interval_ms_ = 0;
    bytes key_;
    bytes list_;
    bytes content_; ///< of the expired
    std::vector<place> places_;
    std::vector<unmatched_record> expired_;
};

} // namespace streams::inline v0::detail
