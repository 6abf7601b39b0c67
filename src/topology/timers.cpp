#include <streams/topology/timers.hpp>

#include <streams/core/big_endian.hpp>
#include <streams/core/error.hpp>

#include <algorithm>

namespace streams::inline v0::detail {

namespace {

std::int64_t time_of(bytes_view entry) { return load_big_endian<std::int64_t>(entry.data()); }

std::int64_t earlier(std::optional<std::int64_t> known, std::int64_t at) { return known ? std::min(*known, at) : at; }

} // namespace

timers::timers(key_value_store& store, callback fire) : store_(&store), fire_(std::move(fire)) { look_ahead(); }

bytes_view timers::entry(bytes_view key, std::int64_t at) {
    if (at < 0)
        throw streams_error(
            concat("a timer cannot be set to ", at, " ms; give a time of 0 ms since the epoch or later"));
    entry_.clear();
    append_big_endian(entry_, at);
    entry_.append(key);
    return entry_.view();
}

void timers::set(bytes_view key, std::int64_t at) {
    store_->put(entry(key, at), bytes_view());
    next_ = earlier(next_, at);
    just_set_ = earlier(just_set_, at);
}

void timers::cancel(bytes_view key, std::int64_t at) {
    store_->put(entry(key, at), std::nullopt);
    if (next_ == at) look_ahead();
}

void timers::look_ahead() {
    next_.reset();
    for (const store_entry& first : store_->all()) {
        next_ = time_of(first.key);
        return;
    }
}

void timers::fire_due(std::int64_t now) {
    while (next_ && *next_ <= now) fire_those_set(now);
}

void timers::fire_those_set(std::int64_t now) {
    just_set_.reset();
    for (const store_entry& each : store_->all()) {
        const std::int64_t at = time_of(each.key);
        next_ = earlier(just_set_, at);
        if (*next_ > now || just_set_ == next_) return;
        // Gone before it fires, so that the callback may set it anew.
        store_->put(each.key, std::nullopt);
        fire_(each.key.subview(sizeof at), at);
    }
    next_ = just_set_;
}

} // namespace streams::inline v0::detail
