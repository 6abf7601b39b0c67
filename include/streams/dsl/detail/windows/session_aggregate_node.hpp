#pragma once

#include <streams/dsl/detail/windows/session_windows.hpp>
#include <streams/dsl/detail/windows/windowed_node.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace streams::inline v0::detail {

/// Aggregates by key and session (Kafka's `KStreamSessionWindowAggregate`). A record joins the sessions within the gap
/// around it to one. Records without key are dropped; those without value are not.
template <class KeyIn, class ValueIn, class Plan>
class session_aggregate_node final : public windowed_node<KeyIn, ValueIn, Plan, session_windows> {
    using base = windowed_node<KeyIn, ValueIn, Plan, session_windows>;
    using base::store_;
    using base::windows_;
    using typename base::aggregate_type;
    using typename base::input;

public:
    using base::base;

    void process(const input& r) override {
        if (!this->observe(r)) return;
        const std::int64_t close = this->close_time();
        require_room(r.timestamp, windows_.gap);
        this->begin(non_null(r.key));
        const window merged = find(r.timestamp);
        if (session_windows::ended(merged, close))
            this->late(r);
        else
            add(r, merged);
        this->emit_closed(close, r.headers);
    }

private:
    struct stored_session {
        streams::window window;
        std::optional<aggregate_type> aggregate;
    };

    void add(const input& r, const window& merged) {
        aggregate_.reset();
        this->step_.begin(aggregate_);
        const window alone{r.timestamp, r.timestamp};
        for (std::size_t at = 0; at < found_; ++at) absorb(r, sessions_[at], merged != alone);
        this->step_.add(non_null(r.key), r.value, aggregate_);
        store_.put(r, merged, pointer_to(aggregate_));
        send(merged, {pointer_to(aggregate_), nullptr});
    }

    /// The sessions that a record at `timestamp` joins, into the first `found_` of `sessions_`; returns what they make
    /// together with it.
    window find(std::int64_t timestamp) {
        window merged{timestamp, timestamp};
        found_ = 0;
        for (const session_entry& entry : store_.find(timestamp - windows_.gap, timestamp + windows_.gap)) {
            if (found_ == sessions_.size()) sessions_.emplace_back();
            stored_session& session = sessions_[found_++];
            session.window = entry.window;
            store_.read(entry, session.aggregate);
            merged = {std::min(merged.start, entry.window.start), std::max(merged.end, entry.window.end)};
        }
        return merged;
    }

    void absorb(const input& r, stored_session& session, bool grows) {
        if (this->needs_old()) this->old_ = session.aggregate;
        this->step_.merge(non_null(r.key), aggregate_, std::move(*session.aggregate));
        if (!grows) return;
        store_.put(r, session.window, nullptr);
        send(session.window, {nullptr, pointer_to(this->old_)});
    }

    /// As Kafka Streams makes it: without the headers of the record.
    void send(const window& session, const change<aggregate_type>& update) {
        no_headers_.clear();
        this->forward_update(session, update, session.end, no_headers_);
    }

    std::vector<stored_session> sessions_; ///< used again for each record
    std::size_t found_ = 0;
    headers no_headers_;
    std::optional<aggregate_type> aggregate_;
};

} // namespace streams::inline v0::detail
