#pragma once

#include <streams/dsl/detail/aggregation/aggregation.hpp>
#include <streams/dsl/detail/graph/graph.hpp>
#include <streams/dsl/detail/graph/non_null.hpp>
#include <streams/dsl/detail/stores/typed_stores.hpp>
#include <streams/state/store_spec.hpp>
#include <streams/topology/node.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace streams::inline v0::detail {

/// An aggregate that is not complete yet, and how many records are in it.
template <class Aggregate>
struct counted {
    std::int64_t records;
    Aggregate aggregate;
};

/// `records:8 | aggregate`.
template <class Aggregate>
struct counted_serde {
    serde_for<Aggregate> aggregate{};

    void serialize(const counted<Aggregate>& value, bytes& out) const {
        append_big_endian(out, value.records);
        aggregate.serialize(value.aggregate, out);
    }
    [[nodiscard]] counted<Aggregate> deserialize(bytes_view in) const {
        if (in.size() < sizeof(std::int64_t))
            throw serialization_error(concat("a count window of ", in.size(),
                                             " bytes is shorter than its count; the "
                                             "store holds what this topology did not write"));
        return {load_big_endian<std::int64_t>(in.data()), aggregate.deserialize(in.subview(sizeof(std::int64_t)))};
    }
};

} // namespace streams::inline v0::detail

namespace streams::inline v0 {

template <class Aggregate>
struct serde<detail::counted<Aggregate>> {
    static void serialize(const detail::counted<Aggregate>& value, bytes& out) {
        detail::counted_serde<Aggregate>{}.serialize(value, out);
    }
    static detail::counted<Aggregate> deserialize(bytes_view in) {
        return detail::counted_serde<Aggregate>{}.deserialize(in);
    }
};

} // namespace streams::inline v0

namespace streams::inline v0::detail {

/// Aggregates every `size` records of a key, and forwards and forgets the result when they are complete.
template <class KeyIn, class ValueIn, class Plan>
class count_window_node final
    : public typed_node<KeyIn, ValueIn, without_null_t<KeyIn>, typename Plan::aggregate_type> {
    using key_type = without_null_t<KeyIn>;
    using aggregate_type = typename Plan::aggregate_type;

public:
    count_window_node(const Plan& plan, std::string store, std::int64_t size)
        : step_(plan), store_name_(std::move(store)), size_(size) {}

    void init(task_context& context) override {
        context_ = &context;
        store_.open(context, store_name_);
    }

    void process(const record<KeyIn, ValueIn>& r) override {
        if constexpr (nullable<KeyIn>) {
            if (!r.key) return context_->drop(drop_reason::null_key, this->name());
        }
        if constexpr (nullable<ValueIn>) {
            if (!r.value) return context_->drop(drop_reason::null_value, this->name());
        }
        const key_type& key = non_null(r.key);
        store_.at(key);
        const std::int64_t timestamp = std::max(store_.get(stored_), r.timestamp);
        std::int64_t records = 1;
        aggregate_.reset();
        if (stored_) {
            records += stored_->records;
            aggregate_ = std::move(stored_->aggregate);
        } else {
            step_.begin(aggregate_);
        }
        step_.add(key, non_null(r.value), aggregate_);
        if (aggregate_ && records < size_) {
            stored_.emplace(counted<aggregate_type>{records, std::move(*aggregate_)});
            store_.put(r, &*stored_, timestamp);
            return;
        }
        store_.put(r, nullptr, timestamp);
        if (aggregate_) this->forward({key, *aggregate_, timestamp, r.headers});
    }

private:
    typename Plan::step step_;
    std::string store_name_;
    std::int64_t size_;
    task_context* context_ = nullptr;
    typed_key_values<key_type, counted<aggregate_type>> store_;
    std::optional<counted<aggregate_type>> stored_;
    std::optional<aggregate_type> aggregate_;
};

/// The store and node of a count window.
template <class KeyIn, class ValueIn, class Plan>
struct count_windows {
    Plan plan;
    store_spec spec;
    std::int64_t size;

    void write(const graph_node& node, topology& out) const {
        const auto make = [plan = plan, store = spec.name, size = size] {
            return make_node<count_window_node<KeyIn, ValueIn, Plan>>(plan, store, size);
        };
        write_processor(node, out, make, spec);
    }
};

} // namespace streams::inline v0::detail
