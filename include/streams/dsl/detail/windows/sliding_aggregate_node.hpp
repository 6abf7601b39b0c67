#pragma once

#include <streams/dsl/detail/windows/sliding_windows.hpp>
#include <streams/dsl/detail/windows/windowed_node.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace streams::inline v0::detail {

/// Aggregates by key and sliding window (Kafka's `KStreamSlidingWindowAggregate`). Of the windows of a key only those
/// are kept whose content differs: one that ends with each record, its left window, and one that begins right after it,
/// its right window, once a record falls into it. Records without key or value are dropped.
template <class KeyIn, class ValueIn, class Plan>
class sliding_aggregate_node final : public windowed_node<KeyIn, ValueIn, Plan, sliding_windows> {
    using base = windowed_node<KeyIn, ValueIn, Plan, sliding_windows>;
    using base::store_;
    using base::windows_;
    using typename base::aggregate_type;
    using typename base::input;

public:
    using base::base;

    void process(const input& r) override {
        if (!this->observe(r)) return;
        close_ = this->close_time();
        require_room(r.timestamp, windows_.size);
        if (r.timestamp + windows_.size < close_) return this->late(r);
        this->begin(non_null(r.key));
        // As in Kafka Streams, early records make nothing leave.
        if (r.timestamp < windows_.size) return add_early(r);
        add(r);
        this->emit_closed(close_, r.headers);
    }

private:
    struct stored_window {
        std::int64_t start = 0;
        std::int64_t timestamp = -1; ///< the largest of the records in it
        std::optional<aggregate_type> aggregate;
    };

    [[nodiscard]] std::int64_t end_of(const stored_window& window) const noexcept {
        return window.start + windows_.size;
    }

    /// Reads the windows of the key with from <= start <= to into the first `found_` of `windows_found_`, up to the first
    /// for which `last(window)`.
    template <class Last>
    void read(std::int64_t from, std::int64_t to, iteration_order direction, Last last) {
        found_ = 0;
        for (const window_entry& entry : store_.fetch(from, to, direction)) {
            if (found_ == windows_found_.size()) windows_found_.emplace_back();
            stored_window& window = windows_found_[found_++];
            window.start = entry.start;
            window.timestamp = store_.read(entry, window.aggregate);
            if (last(window)) return;
        }
    }
    [[nodiscard]] bool has_start(std::int64_t start) const {
        return std::any_of(windows_found_.begin(), windows_found_.begin() + static_cast<std::ptrdiff_t>(found_),
                           [&](const stored_window& window) { return window.start == start; });
    }

    void add(const input& r) {
        const std::int64_t t = r.timestamp;
        // The newest first; all that matters is known at a window that ends before the record.
        read(std::max<std::int64_t>(0, t - 2 * windows_.size), add_sat(t, 1), iteration_order::descending,
             [&](const stored_window& window) { return end_of(window) < t; });
        bool has_left = false;
        bool has_right = false;
        std::int64_t previous = -1; ///< timestamp of the record before; -1: none
        stored_window* before = nullptr;
        right_.aggregate.reset();
        bool inside = false; ///< a window around the record was met
        for (std::size_t at = 0; at < found_; ++at) {
            stored_window& window = windows_found_[at];
            const std::int64_t newest = window.timestamp;
            if (window.start > t) {
                has_right = true;
            } else if (end_of(window) > t) {
                if (!std::exchange(inside, true)) keep_for_right(window, t);
                update(r, window);
            } else if (end_of(window) == t) {
                has_left = true;
                update(r, window);
                if (newest == t) return; // a record of this time has made all windows
                previous = newest;
            } else {
                before = &window;
                previous = newest;
            }
        }
        if (previous >= 0 && previous + 1 + windows_.size >= t && !has_start(previous + 1)) begin_at(r, previous + 1);
        if (!has_left) begin_left(r, previous >= t - windows_.size ? before : nullptr);
        if (!has_right) begin_right(r);
    }

    /// Records earlier than one difference after the epoch have no left windows of their own: one window from 0 on holds
    /// them all.
    void add_early(const input& r) {
        const std::int64_t t = r.timestamp;
        read(0, t + 1, iteration_order::ascending, [](const stored_window&) { return false; });
        stored_window* combined = nullptr;
        bool has_right = false;
        std::int64_t previous = -1;
        right_.aggregate.reset();
        bool inside = false;
        for (std::size_t at = 0; at < found_; ++at) {
            stored_window& window = windows_found_[at];
            if (window.start == 0) {
                combined = &window;
                if (window.timestamp < t) previous = window.timestamp;
            } else if (window.start <= t) {
                inside = true;
                keep_for_right(window, t);
                update(r, window);
            } else {
                has_right = true;
            }
        }
        if (!inside && combined) keep_for_right(*combined, t);
        if (!has_right) begin_right(r);
        if (previous >= 0 && !has_start(previous + 1)) begin_at(r, previous + 1);
        if (combined)
            update(r, *combined);
        else
            begin_at(r, 0);
    }

    /// The content of a window before the record is that of the record's right window, if it has later records.
    void keep_for_right(const stored_window& window, std::int64_t t) {
        if (window.timestamp > t)
            right_ = {t + 1, window.timestamp, window.aggregate};
        else
            right_.aggregate.reset();
    }

    void begin_at(const input& r, std::int64_t start) {
        new_.start = start;
        new_.timestamp = r.timestamp;
        new_.aggregate.reset();
        this->step_.begin(new_.aggregate);
        update(r, new_);
    }
    void begin_left(const input& r, stored_window* before) {
        if (!before) return begin_at(r, r.timestamp - windows_.size);
        before->start = r.timestamp - windows_.size;
        before->timestamp = r.timestamp;
        update(r, *before);
    }
    void begin_right(const input& r) {
        if (!right_.aggregate) return;
        this->old_.reset();
        store_.put(r, right_.start, pointer_to(right_.aggregate), right_.timestamp);
        send(r, right_);
    }

    void update(const input& r, stored_window& window) {
        if (end_of(window) < close_) return this->drop_late(1);
        if (this->needs_old()) this->old_ = window.aggregate;
        window.timestamp = window.aggregate ? std::max(window.timestamp, r.timestamp) : r.timestamp;
        this->step_.add(non_null(r.key), non_null(r.value), window.aggregate);
        store_.put(r, window.start, pointer_to(window.aggregate), window.timestamp);
        send(r, window);
    }
    void send(const input& r, const stored_window& window) {
        this->forward_update({window.start, end_of(window)}, {pointer_to(window.aggregate), pointer_to(this->old_)},
                             window.timestamp, r.headers);
    }

    std::int64_t close_ = -1;                  ///< windows that end before are closed
    std::vector<stored_window> windows_found_; ///< used again for each record
    std::size_t found_ = 0;
    stored_window right_; ///< the right window of the record, where it has one
    stored_window new_;
};

} // namespace streams::inline v0::detail
