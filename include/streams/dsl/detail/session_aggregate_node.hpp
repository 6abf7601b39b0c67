#pragma once

#include <streams/dsl/detail/aggregation.hpp>
#include <streams/dsl/detail/closing.hpp>
#include <streams/dsl/detail/final_windows.hpp>
#include <streams/dsl/detail/non_null.hpp>
#include <streams/dsl/detail/table.hpp>
#include <streams/dsl/detail/time_windows.hpp>
#include <streams/dsl/detail/update_forwarder.hpp>
#include <streams/dsl/detail/windowed_node.hpp>

#include <algorithm>
#include <vector>

namespace streams::inline v0::detail {

/// Aggregates by key and session (Kafka's `KStreamSessionWindowAggregate`). A record joins the sessions within the gap
/// around it to one. Records without key are dropped; those without value are not.
template <class KeyIn, class ValueIn, class Plan>
class session_aggregate_node final
    : public windowed_node<KeyIn, ValueIn, session_windowed<without_null_t<KeyIn>>, typename Plan::aggregate_type> {
    using key_type = without_null_t<KeyIn>;
    using aggregate_type = typename Plan::aggregate_type;

public:
    session_aggregate_node(const Plan& plan, std::string store, bool send_old, session_windows windows,
                           emission how = {})
        : step_(plan), windows_(windows), store_name_(std::move(store)), send_old_(send_old), forwarder_({}, send_old),
          closing_(how), by_key_(how.by_key) {}

    void init(task_context& context) override {
        context_ = &context;
        store_.open(context, store_name_);
        if (!closing_.on_close()) forwarder_.init(store_.store(), this->children(), context);
        forwards_ = !closing_.on_close() && !forwarder_.on_flush();
        closing_.init(context, this->name(), store_name_, [this] { close_all(); });
        observed_ = closing_.observed_before(windows_.needed_retention());
    }

    void process(const record<KeyIn, ValueIn>& r) override {
        if constexpr (nullable<KeyIn>) {
            if (!r.key) return context_->drop(drop_reason::null_key, this->name());
        }
        closing_.awake();
        observed_ = std::max(observed_, r.timestamp);
        const std::int64_t close = observed_ - windows_.grace - windows_.gap;
        require_room(r.timestamp, windows_.gap);
        store_.at(non_null(r.key));
        const window merged = find(r.timestamp);
        if (merged.end < close)
            this->late(r, *context_);
        else
            add(r, merged);
        emit_closed(close, r.headers);
    }

private:
    struct stored_session {
        streams::window window;
        std::optional<aggregate_type> aggregate;
    };

    void add(const record<KeyIn, ValueIn>& r, window merged) {
        const key_type& key = non_null(r.key);
        if (forwards_) this->set_key(key_, key);
        aggregate_.reset();
        step_.begin(aggregate_);
        const window alone{r.timestamp, r.timestamp};
        for (std::size_t at = 0; at < found_; ++at) absorb(r, sessions_[at], merged != alone);
        step_.add(key, r.value, aggregate_);
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

    void absorb(const record<KeyIn, ValueIn>& r, stored_session& session, bool grows) {
        if (send_old_ && forwards_) old_ = session.aggregate;
        step_.merge(non_null(r.key), aggregate_, std::move(*session.aggregate));
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
    /// No record has come for long: what is open closes, as if time had passed.
    void close_all() {
        const std::int64_t newest = emit(first_open_end(), unknown_window_end, *context_->current().headers);
        if (newest < 0) return;
        // Later than any record that could still join one of them.
        const std::int64_t close = add_sat(newest + windows_.gap, 1);
        observed_ = std::max(observed_, add_sat(close, windows_.needed_retention()));
        closing_.emitted(close);
    }
    /// The first end that was not emitted yet.
    [[nodiscard]] std::int64_t first_open_end() const {
        return std::max<std::int64_t>(0, closing_.last().value_or(0));
    }
    std::int64_t emit(std::int64_t from, std::int64_t to, headers& with) {
        return emit_sessions<key_type, aggregate_type>(store_, from, to, by_key_, with, this->children());
    }

    typename Plan::step step_;
    session_windows windows_;
    std::string store_name_;
    bool send_old_;
    task_context* context_ = nullptr;
    typed_sessions<key_type, aggregate_type> store_;
    update_forwarder<session_store_key<key_type>, aggregate_type> forwarder_;
    closing closing_;
    bool by_key_;
    bool forwards_ = true;       ///< each update, as it comes
    std::int64_t observed_ = -1; ///< the largest timestamp seen, ms
    std::vector<stored_session> sessions_; ///< used again for each record
    std::size_t found_ = 0;
    headers no_headers_;
    std::optional<session_windowed<key_type>> key_;
    std::optional<aggregate_type> aggregate_;
    std::optional<aggregate_type> old_; ///< stays empty where nobody asks for old values
};

} // namespace streams::inline v0::detail
