#include <streams/core/big_endian.hpp>
#include <streams/core/config.hpp>
#include <streams/dsl/detail/joins/unmatched_records.hpp>
#include <streams/dsl/detail/stores/typed_stores.hpp>

#include <utility>

namespace streams::inline v0::detail {

namespace {

constexpr std::byte variable_size_list{1};
constexpr std::size_t key_head = 8 + 1;
constexpr std::size_t list_head = 1 + 4;
constexpr std::chrono::milliseconds default_interval{1'000};

/// Whether a record may have waited for long enough. Where none is known, Kafka Streams looks unless it would not wait.
bool may_be_due(const stream_join_time& time, std::int64_t wait) {
    return time.oldest_unmatched ? add_sat(*time.oldest_unmatched, wait) < time.stream_time : wait > 0;
}

} // namespace

void unmatched_records::open(task_context& context, std::string_view store, stream_join_time& time) {
    store_.open(context, store);
    context_ = &context;
    time_ = &time;
    interval_ms_ = context.config().outer_join_emit_interval.value_or(default_interval).count();
}

bytes_view unmatched_records::store_key(join_side side, bytes_view key, std::int64_t timestamp) {
    key_.clear();
    append_big_endian(key_, timestamp);
    key_.push_back(static_cast<std::byte>(side));
    key_.append(key);
    return key_.view();
}

void unmatched_records::keep_in(key_value_store& store, join_side side, bytes_view key, bytes_view value,
                                std::int64_t timestamp) {
    time_->oldest_unmatched = std::min(time_->oldest_unmatched.value_or(timestamp), timestamp);
    const bytes_view at = store_key(side, key, timestamp);
    const auto before = store.get(at);
    list_.clear();
    if (before) {
        list_.append(*before);
        store_big_endian(list_.data() + 1, load_big_endian<std::int32_t>(list_.data() + 1) + 1);
    } else {
        list_.push_back(variable_size_list);
        append_big_endian(list_, std::int32_t{1});
    }
    append_big_endian(list_, static_cast<std::int32_t>(value.size() + 1));
    list_.push_back(static_cast<std::byte>(side));
    list_.append(value);
    store.put(at, list_.view());
}

std::span<const unmatched_record> unmatched_records::expired(const join_span& windows, std::int64_t after) {
    expired_.clear();
    if (!may_be_due(*time_, add_sat(after, windows.grace))) return {};
    if (!time_->scans.due(context_->wall_time(), interval_ms_)) return {};
    scan(windows);
    const bytes_view content = content_.view();
    for (const place& p : places_)
        expired_.push_back(
            {p.timestamp, p.side, content.subview(p.key_at, p.key_size), content.subview(p.value_at, p.value_size)});
    return expired_;
}

/// What is forwarded may write to stores, so the records are copied first.
void unmatched_records::scan(const join_span& windows) {
    content_.clear();
    places_.clear();
    time_->oldest_unmatched.reset();
    bool left_open = false;
    bool right_open = false;
    for (const store_entry& entry : store_->all()) {
        const auto timestamp = load_big_endian<std::int64_t>(entry.key.data());
        const auto side = static_cast<join_side>(entry.key[8]);
        const std::int64_t reach = side == join_side::left ? windows.after : windows.before;
        const bool open = add_sat(timestamp, add_sat(reach, windows.grace)) >= time_->stream_time;
        const auto count = load_big_endian<std::int32_t>(entry.value.data() + 1);
        bytes_view rest = entry.value.subview(list_head);
        for (std::int32_t i = 0; i < count; ++i) {
            // Kafka Streams leaves the time of the last record it looks at, be there older ones that wait on.
            time_->oldest_unmatched = timestamp;
            if (left_open && right_open) return;
            if (open) {
                (side == join_side::left ? left_open : right_open) = true;
                continue;
            }
            const auto size = static_cast<std::size_t>(load_big_endian<std::int32_t>(rest.data()));
            collect(entry.key, rest.subview(4, size));
            rest = rest.subview(4 + size);
        }
    }
}

void unmatched_records::collect(bytes_view store_key, bytes_view entry) {
    const bytes_view key = store_key.subview(key_head);
    const bytes_view value = entry.subview(1);
    places_.push_back({load_big_endian<std::int64_t>(store_key.data()), static_cast<join_side>(store_key[8]),
                       content_.size(), key.size(), content_.size() + key.size(), value.size()});
    content_.append(key);
    content_.append(value);
}

void unmatched_records::forget_expired_in(key_value_store& store) {
    const unmatched_record* before = nullptr;
    for (const unmatched_record& one : expired_) {
        const auto* const list = std::exchange(before, &one);
        // Several of one key lie in one list.
        if (list && list->timestamp == one.timestamp && list->side == one.side && list->key == one.key) continue;
        store.put(store_key(one.side, one.key, one.timestamp), std::nullopt);
    }
    expired_.clear();
}

} // namespace streams::inline v0::detail
