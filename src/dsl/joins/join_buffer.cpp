#include <streams/core/big_endian.hpp>
#include <streams/core/error.hpp>
#include <streams/dsl/detail/joins/join_buffer.hpp>
#include <streams/dsl/detail/stores/typed_stores.hpp>

#include <algorithm>
#include <limits>

namespace streams::inline v0::detail {

namespace {

constexpr std::byte data_prefix{0};
constexpr std::size_t key_head = 1 + 8;
constexpr std::size_t number_bytes = 4;

std::int64_t time_of(bytes_view store_key) { return load_big_endian<std::int64_t>(store_key.data() + 1); }

} // namespace

void check_grace(std::chrono::milliseconds grace, std::string_view join, bool versioned_table) {
    if (grace.count() < 0)
        throw topology_error(concat("join ", join, " has a grace of ", grace.count(),
                                    " ms; give joined::grace zero or more, or leave it out"));
    if (!versioned_table)
        throw topology_error(concat("join ", join,
                                    " waits for late updates of a table that keeps only the latest of each key; give "
                                    "the table materialized{.history_retention = ...}, or leave joined::grace out"));
}

void check_history(std::chrono::milliseconds grace, std::string_view join, const std::vector<std::string>& stores,
                   const topology& in) {
    for (const std::string& name : stores) {
        const store_spec* store = in.find_store(name);
        const auto* versions = store ? store->as<versioned_kind>() : nullptr;
        if (versions && versions->retention < grace)
            throw topology_error(concat("join ", join, " waits ", grace.count(), " ms for updates of store ", name,
                                        ", which keeps versions for ", versions->retention.count(),
                                        " ms only; give it a history retention of at least the grace"));
    }
}

store_spec join_buffer_spec(std::string name) {
    return {.name = std::move(name),
            .kind = key_value_kind{.timestamped = false},
            .caching = false,
            .log_timestamps = false,
            .told_last = true};
}

void join_buffer::open(task_context& context, std::string_view store) {
    task_ = &context;
    store_.open(context, store);
    for (const store_entry& entry : store_->all()) {
        observed_ = std::max(observed_, time_of(entry.key));
        last_number_ =
            std::max(last_number_, load_big_endian<std::uint32_t>(entry.key.data() + entry.key.size() - number_bytes));
    }
}

void join_buffer::keep_in(key_value_store& store, bytes_view key, bytes_view value) {
    const record_context& at_hand = task_->current();
    observed_ = std::max(observed_, at_hand.timestamp);
    oldest_ = std::min(oldest_, at_hand.timestamp);
    last_number_ = (last_number_ + 1) & 0x7fffffff;
    store_key_.clear();
    store_key_.push_back(data_prefix);
    append_big_endian(store_key_, at_hand.timestamp);
    store_key_.append(key);
    append_big_endian(store_key_, last_number_);

    store_value_.clear();
    append_context(store_value_, at_hand);
    append_big_endian(store_value_, std::int32_t{-1}); // no prior and no old value
    append_big_endian(store_value_, std::int32_t{-1});
    append_big_endian(store_value_, static_cast<std::int32_t>(value.size()));
    store_value_.append(value);
    append_big_endian(store_value_, std::int64_t{0});
    store.put(store_key_.view(), store_value_.view());
}

bool join_buffer::due_records::next() {
    const std::int64_t limit = in_.observed_ - in_.grace_ms_;
    if (in_.oldest_ > limit) return false;
    if (range_) {
        ++at_;
    } else {
        range_ = in_.store_->all();
        at_ = range_->begin();
    }
    const bool found = at_ != range_->end();
    in_.oldest_ = found ? time_of(at_->key) : std::numeric_limits<std::int64_t>::max();
    if (!found || in_.oldest_ > limit) return false;
    in_.read_due(*at_);
    return true;
}

void join_buffer::read_due(const store_entry& entry) {
    due_key_.assign(entry.key);
    bytes_view rest = entry.value;
    read_context(rest, due_);
    constexpr std::size_t before_value = 3 * 4;
    constexpr std::size_t after_value = 8;
    if (rest.size() < before_value + after_value)
        throw serialization_error(concat("a record in the buffer ", store_->name(), " ends early"));
    value_.assign(rest.subview(before_value, rest.size() - before_value - after_value));
}

bytes_view join_buffer::due_records::key() const noexcept {
    return in_.due_key_.view().subview(key_head, in_.due_key_.size() - key_head - number_bytes);
}

} // namespace streams::inline v0::detail
