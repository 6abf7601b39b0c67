#pragma once

#include <streams/dsl/change.hpp>
#include <streams/dsl/detail/aggregation/aggregation.hpp>
#include <streams/dsl/detail/graph/non_null.hpp>
#include <streams/dsl/detail/windows/closing.hpp>
#include <streams/dsl/detail/windows/window_rows.hpp>
#include <streams/topology/node.hpp>
#include <streams/topology/task_context.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace streams::inline v0::detail {

/// What the nodes of windowed aggregations share: the store of their rows, how updates leave, when windows close and what
/// leaves then, and a second exit for the records that no open window takes. Those are dropped as late where the exit leads
/// nowhere. A node adds how a record finds its windows.
template <class KeyIn, class ValueIn, class Plan, class Windows>
class windowed_node : public typed_node<KeyIn, ValueIn, typename Windows::rows::template key<without_null_t<KeyIn>>,
                                        change<typename Plan::aggregate_type>> {
protected:
    using input = record<KeyIn, ValueIn>;
    using inner_key = without_null_t<KeyIn>;
    using row_key = typename Windows::rows::template key<inner_key>;
    using aggregate_type = typename Plan::aggregate_type;
    using base = typed_node<KeyIn, ValueIn, row_key, change<aggregate_type>>;

public:
    windowed_node(const Plan& plan, std::string store, bool send_old, Windows windows, emission strategy = {})
        : step_(plan), windows_(std::move(windows)), ends_(windows_.ends()),
          forwarder_(Windows::rows::template reading_keys<inner_key>(ends_), send_old), strategy_(strategy),
          closing_(strategy), store_name_(std::move(store)) {}

    void connect(node& child) override {
        if (dynamic_cast<receiver<KeyIn, ValueIn>*>(&child))
            late_.connect(*this, child);
        else
            base::connect(child);
    }
    void init(task_context& context) override {
        context_ = &context;
        store_.open(context, store_name_);
        if (!closing_.on_close()) forwarder_.init(store_.store(), this->children(), context);
        forwards_ = !closing_.on_close() && !forwarder_.on_flush();
        closing_.init(context, this->name(), store_name_, [this] { close_all(); });
        observed_ = closing_.observed_before(windows_.closing_lag());
    }

protected:
    /// Takes the record's time; false: it has no key, or no value where the windows need one, and was dropped.
    [[nodiscard]] bool observe(const input& r) {
        if constexpr (nullable<KeyIn>) {
            if (!r.key) return dropped(drop_reason::null_key);
        }
        if constexpr (nullable<ValueIn> && !nullable<typename Windows::template value_in<ValueIn>>) {
            if (!r.value) return dropped(drop_reason::null_value);
        }
        closing_.awake();
        observed_ = std::max(observed_, r.timestamp);
        return true;
    }
    /// Windows that end here or before are closed.
    [[nodiscard]] std::int64_t close_time() const noexcept { return observed_ - windows_.closing_lag(); }
    /// Forwards the windows that have ended at `close`, if it is time to look for them.
    void emit_closed(std::int64_t close, headers& with) {
        if (!closing_.due(close)) return;
        const auto span = windows_.closed(closing_.last(), close);
        if (!span) return;
        emit(*span, close, with);
        closing_.emitted(close);
    }

    /// No open window took the record, `closed` of its windows having closed.
    void late(const input& r, std::size_t closed = 1) const {
        if (late_.size() == 0) return drop_late(closed);
        late_.forward(r);
    }
    /// Counted by window, as Kafka Streams does.
    void drop_late(std::size_t closed) const {
        for (; closed > 0; --closed) context_->drop(drop_reason::late, this->name());
    }
    /// The key whose rows are read, written and forwarded from here on.
    void begin(const inner_key& key) {
        store_.at(key);
        if (!forwards_) return;
        if (key_)
            key_->key = key;
        else
            key_.emplace(row_key{key, {}});
    }
    [[nodiscard]] bool needs_old() const noexcept { return forwards_ && forwarder_.needs_old(); }
    /// Forwards an update at once, where that is how updates leave.
    void forward_update(const window& at, const change<aggregate_type>& update, std::int64_t timestamp, headers& with) {
        if (!forwards_) return;
        key_->window = at;
        this->forward({*key_, update, timestamp, with});
    }

    typename Plan::step step_;
    Windows windows_;
    typename Windows::rows::template store<inner_key, aggregate_type> store_;
    std::optional<aggregate_type> old_; ///< stays empty where nobody asks for old values

private:
    bool dropped(drop_reason reason) const {
        context_->drop(reason, this->name());
        return false;
    }
    /// No record has come for long: what is open closes, as if time had passed.
    void close_all() {
        const row_span open = windows_.open(closing_.last());
        const std::int64_t newest_end = emit(open, std::nullopt, *context_->current().headers);
        if (newest_end < 0) return;
        const std::int64_t close = windows_.ended_at(newest_end);
        observed_ = std::max(observed_, add_sat(close, windows_.closing_lag()));
        closing_.emitted(close);
    }
    /// Forwards the rows of the span whose windows have ended at `close` (nullopt: all) and were not forwarded before, as final
    /// results. Returns the latest of their ends, -1: none.
    std::int64_t emit(const row_span& span, std::optional<std::int64_t> close, headers& with) {
        const std::optional<std::int64_t> last = closing_.last();
        std::int64_t newest_end = -1;
        std::optional<row_key> key;
        std::optional<aggregate_type> value;
        Windows::rows::for_each(store_, span, ends_, strategy_, [&](const auto& entry, const window& at) {
            if ((close && !Windows::ended(at, *close)) || (last && Windows::ended(at, *last))) return;
            const std::int64_t timestamp = store_.read(entry, value);
            key.emplace(row_key{store_.key_of(entry.key), at});
            const change<aggregate_type> update{pointer_to(value), nullptr};
            this->forward({*key, update, timestamp, with});
            newest_end = std::max(newest_end, at.end);
        });
        return newest_end;
    }

    window_ends ends_;
    task_context* context_ = nullptr;
    update_forwarder<typename Windows::rows::template store_key<inner_key>, aggregate_type> forwarder_;
    emission strategy_;
    closing closing_;
    bool forwards_ = true;       ///< each update, as it comes
    std::int64_t observed_ = -1; ///< the largest timestamp seen, ms
    std::optional<row_key> key_;
    std::string store_name_;
    outputs<KeyIn, ValueIn> late_;
};

} // namespace streams::inline v0::detail
