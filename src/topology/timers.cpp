#include <streams/topology/timers.hpp>

#include <streams/core/big_endian.hpp>
#include <streams/core/error.hpp>

#include <algorithm>

namespace streams::inline v0::detail {

timers::timers(key_value_store& store, callback fire) : store_(&store), fire_(std::move(fire)) { look_ahead(); }

bytes_view timers::entry(bytes_view key, std::int64_t at) {
    if (at < 0)
        throw streams_error(concat("a timer cannot be set to ", at, " ms; give a time of 0 ms since the epoch or later"));
    entry_.clear();
    append_big_endian(entry_, at);
    entry_.append(key);
    return entry_.view();
}

void timers::set(bytes_view key, std::int64_t at) {
    store_->put(entry(key, at), bytes_view());
    next_ = next_ ? std::min(*next_, at) : at;
}

void timers::cancel(bytes_view key, std::int64_t at) {
    store_->put(entry(key, at), std::nullopt);
    if (next_ == at) look_ahead();
}

void timers::look_ahead() {
    next_.reset();
    for (const store_entry& first : store_->all()) {
        next_ = load_big_endian<std::int64_t>(first.key.data());
        return;
    }
}

void timers::fire_due(std::int64_t now) {
    while (next_ && *next_ <= now) {
        for (const store_entry& first : store_->all()) {
            due_.assign(first.key);
            break;
        }
        // Gone before it fires, so that the callback may set it anew.
        store_->put(due_.view(), std::nullopt);
        look_ahead();
        const bytes key(due_.view().subview(sizeof(std::int64_t)));
        fire_(key.view(), load_big_endian<std::int64_t>(due_.data()));
    }
}

} // namespace streams::inline v0::detail
