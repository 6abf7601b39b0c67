#pragma once

#include <streams/dsl/detail/windows/final_windows.hpp>
#include <streams/dsl/detail/windows/session_windows.hpp>
#include <streams/dsl/detail/windows/windowed_node.hpp>

#include <algorithm>
#include <vector>

namespace streams::inline v0::detail {

/// Aggregates by key and session (Kafka's `KStreamSessionWindowAggregate`). A record joins the sessions within the gap
/// around it to one. Records without key are dropped; those without value are not.
template <class KeyIn, class ValueIn, class Plan>
class session_aggregate_node final : public windowed_node<KeyIn, ValueIn, Plan, session_windows> {
    using base = windowed_node<KeyIn, ValueIn, Plan, session_windows>;
    using base::closing_;
    using base::context_;
    using base::forwards_;
    using base::key_;
    using base::old_;
    using base::store_;
    using base::windows_;
    using typename base::aggregate_type;
    using typename base::inner_key;
    using typename base::input;

public:
    session_aggregate_node(const Plan& plan, std::string store, bool send_old, session_windows windows,
                           emission how = {})
        : base(plan, std::move(store), send_old, windows, how), by_key_(how.by_key) {}

    void process(const input& r) override {
        if (!this->observe(r)) return;
        const std::int64_t close = this->close_time();
        require_room(r.timestamp, windows_.gap);
        store_.at(non_null(r.key));
        const window merged = find(r.timestamp);
        if (merged.end < close)
            this->late(r);
        else
            add(r, merged);
        emit_closed(close, r.headers);
    }

private:
    struct stored_session {
        streams::window window;
        std::optional<aggregate_type> aggregate;
    };

    void add(const input& r, window merged) {
        const inner_key& key = non_null(r.key);
        if (forwards_) this->set_key(key);
        aggregate_.reset();
        this->step_.begin(aggregate_);
        const window alone{r.timestamp, r.timestamp};
        for (std::size_t at = 0; at < found_; ++at) absorb(r, sessions_[at], merged != alone);
        this->step_.add(key, r.value, aggregate_);
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
            store_.read(entry.key, entry.value, session.aggregate);
            merged = {std::min(merged.start, entry.window.start), std::max(merged.end, entry.window.end)};
        }
        return merged;
    }

    void absorb(const input& r, stored_session& session, bool grows) {
        if (this->needs_old()) old_ = session.aggregate;
        this->step_.merge(non_null(r.key), aggregate_, std::move(*session.aggregate));
        if (!grows) return;
        store_.put(r, session.window, nullptr);
        send(session.window, {nullptr, pointer_to(old_)});
    }

    /// As Kafka Streams makes it: without the headers of the record.
    void send(window session, change<aggregate_type> update) {
        if (!forwards_) return;
        key_->window = session;
        no_headers_.clear();
        this->forward({*key_, update, session.end, no_headers_});
    }

    void emit_closed(std::int64_t close, headers& with) {
        if (!closing_.due(close)) return;
        const std::int64_t newest = close - 1;
        if (newest < 0 || newest < first_open_end()) return;
        emit(first_open_end(), newest, with);
        closing_.emitted(close);
    }
    void close_all() override {
        const std::int64_t newest = emit(first_open_end(), unknown_window_end, *context_->current().headers);
        // Later than any record that could still join one of them.
        if (newest >= 0) this->closed_all(add_sat(newest + windows_.gap, 1));
    }
    /// The first end that was not emitted yet.
    [[nodiscard]] std::int64_t first_open_end() const { return std::max<std::int64_t>(0, closing_.last().value_or(0)); }
    std::int64_t emit(std::int64_t from, std::int64_t to, headers& with) {
        return emit_sessions<inner_key, aggregate_type>(store_, from, to, by_key_, with, this->children());
    }

    bool by_key_;
    std::vector<stored_session> sessions_; ///< used again for each record
    std::size_t found_ = 0;
    headers no_headers_;
    std::optional<aggregate_type> aggregate_;
};

} // namespace streams::inline v0::detail
