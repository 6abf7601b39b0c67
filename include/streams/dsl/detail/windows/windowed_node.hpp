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

/// What the nodes of windowed aggregations share: the store of their rows, when windows close and what leaves then, and a
/// second exit for the records that no open window takes. Those are dropped as late where the exit leads nowhere.
template <class KeyIn, class ValueIn, class Plan, class Windows>
class windowed_node : public typed_node<KeyIn, ValueIn, typename Windows::rows::template key<without_null_t<KeyIn>>,
                                        change<typename Plan::aggregate_type>> {
protected:
    using input = record<KeyIn, ValueIn>;
    using inner_key = without_null_t<KeyIn>;
    using row_key = typename Windows::rows::template key<inner_key>;
    using aggregate_type = typename Plan::aggregate_type;
    using base = typed_node<KeyIn, ValueIn, row_key, change<aggregate_type>>;

    windowed_node(const Plan& plan, std::string store, bool send_old, Windows windows, emission how)
        : step_(plan), windows_(std::move(windows)), ends_(windows_.ends()),
          forwarder_(Windows::rows::template reading_keys<inner_key>(ends_), send_old), closing_(how),
          store_name_(std::move(store)) {}

public:
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
    /// No record has come for long: what is open closes, as if time had passed.
    virtual void close_all() = 0;

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
    /// All windows have closed, as if `close` were the time of it.
    void closed_all(std::int64_t close) {
        observed_ = std::max(observed_, add_sat(close, windows_.closing_lag()));
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
    /// Sets the key of results that are about to leave.
    void set_key(const inner_key& inner) {
        if (key_)
            key_->key = inner;
        else
            key_.emplace(row_key{inner, {}});
    }
    [[nodiscard]] bool needs_old() const noexcept { return forwards_ && forwarder_.needs_old(); }

    typename Plan::step step_;
    Windows windows_;
    window_ends ends_;
    task_context* context_ = nullptr;
    typename Windows::rows::template store<inner_key, aggregate_type> store_;
    update_forwarder<typename Windows::rows::template store_key<inner_key>, aggregate_type> forwarder_;
    closing closing_;
    bool forwards_ = true;       ///< each update, as it comes
    std::int64_t observed_ = -1; ///< the largest timestamp seen, ms
    std::optional<row_key> key_;
    std::optional<aggregate_type> old_; ///< stays empty where nobody asks for old values

private:
    bool dropped(drop_reason reason) const {
        context_->drop(reason, this->name());
        return false;
    }

    std::string store_name_;
    outputs<KeyIn, ValueIn> late_;
};

} // namespace streams::inline v0::detail
