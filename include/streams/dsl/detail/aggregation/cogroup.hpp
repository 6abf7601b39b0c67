#pragma once

#include <streams/dsl/detail/aggregation/aggregation.hpp>
#include <streams/dsl/detail/graph/repartition.hpp>
#include <streams/dsl/detail/windows/any_windows.hpp>

#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace streams::inline v0::detail {

/// The functors that all streams of a cogroup share, in one task: without their types, since a stream is added before
/// they are known. What is called for each record, the aggregator, keeps its type.
template <class Key, class Aggregate>
class cogroup_functors {
public:
    virtual ~cogroup_functors() = default;
    [[nodiscard]] virtual Aggregate first() const = 0;
    [[nodiscard]] virtual Aggregate merged(const Key& key, Aggregate&& one, Aggregate&& other) const = 0;
};

/// The same as a topology holds them: makes those of a task.
template <class Key, class Aggregate>
class shared_cogroup_functors {
public:
    virtual ~shared_cogroup_functors() = default;
    [[nodiscard]] virtual std::unique_ptr<const cogroup_functors<Key, Aggregate>> of_task() const = 0;
};

/// Where there are no sessions.
struct no_merger {};

template <class Key, class Aggregate, class Initializer, class Merger>
class typed_cogroup_functors final : public cogroup_functors<Key, Aggregate> {
public:
    typed_cogroup_functors(const shared_functor<Initializer>& init, const shared_functor<Merger>& merger)
        : init_(init), merger_(merger) {}
    [[nodiscard]] Aggregate first() const override { return std::invoke(init_.get()); }
    [[nodiscard]] Aggregate merged(const Key& key, Aggregate&& one, Aggregate&& other) const override {
        if constexpr (std::is_same_v<Merger, no_merger>) {
            static_cast<void>(key);
            static_cast<void>(other);
            return std::move(one);
        } else {
            return merge_two(merger_.get(), key, std::move(one), std::move(other));
        }
    }

private:
    task_functor<Initializer> init_;
    task_functor<Merger> merger_;
};

template <class Key, class Aggregate, class Initializer, class Merger>
class typed_shared_cogroup_functors final : public shared_cogroup_functors<Key, Aggregate> {
public:
    typed_shared_cogroup_functors(shared_functor<Initializer> init, shared_functor<Merger> merger)
        : init_(std::move(init)), merger_(std::move(merger)) {}
    [[nodiscard]] std::unique_ptr<const cogroup_functors<Key, Aggregate>> of_task() const override {
        return std::make_unique<typed_cogroup_functors<Key, Aggregate, Initializer, Merger>>(init_, merger_);
    }

private:
    shared_functor<Initializer> init_;
    shared_functor<Merger> merger_;
};

/// How a record of one stream changes the aggregate; see the plans of aggregation.hpp. The aggregator takes values as the
/// stream has them, null included, since in some windows null reaches it.
template <class Key, class Value, class Aggregate, class F>
struct cogroup_plan {
    using aggregate_type = Aggregate;
    shared_value<const shared_cogroup_functors<Key, Aggregate>> shared;
    shared_functor<F> aggregator;

    class step {
    public:
        explicit step(const cogroup_plan& plan) : functors_(plan.shared->of_task()), aggregator_(plan.aggregator) {}
        void begin(std::optional<Aggregate>& aggregate) const { aggregate = functors_->first(); }
        void add(const Key& key, const Value& value, std::optional<Aggregate>& aggregate) const {
            aggregate = fold(aggregator_.get(), key, value, std::move(*aggregate));
        }
        void merge(const Key& key, std::optional<Aggregate>& aggregate, Aggregate&& stored) const {
            aggregate = functors_->merged(key, std::move(*aggregate), std::move(stored));
        }

    private:
        std::unique_ptr<const cogroup_functors<Key, Aggregate>> functors_;
        task_functor<F> aggregator_;
    };
};

/// How the node of one stream keeps the common table.
struct cogroup_upkeep {
    std::string store;
    bool send_old;
};

/// One stream of a cogroup without its value type.
template <class Key, class Aggregate>
class cogroup_input {
    using functors = shared_value<const shared_cogroup_functors<Key, Aggregate>>;

public:
    virtual ~cogroup_input() = default;
    [[nodiscard]] virtual group_state& group() const noexcept = 0;
    /// The same for the graph to hold, which the group holds: only nodes can be made of it.
    [[nodiscard]] virtual shared_value<const cogroup_input> without_group() const = 0;
    /// Where its node is attached: behind a repartition topic where the key has changed.
    [[nodiscard]] virtual attachment place(const std::string& store) const = 0;

    /// The node that takes its records into the common table.
    [[nodiscard]] virtual std::unique_ptr<node> make(const functors& shared, const cogroup_upkeep& upkeep,
                                                     const any_windows& windows) const = 0;
};

template <class KeyIn, class ValueIn, class Aggregate, class F>
class typed_cogroup_input final : public cogroup_input<without_null_t<KeyIn>, Aggregate> {
    using key_type = without_null_t<KeyIn>;
    using functors = shared_value<const shared_cogroup_functors<key_type, Aggregate>>;
    using plan = cogroup_plan<key_type, ValueIn, Aggregate, F>;

public:
    typed_cogroup_input(shared_value<typed_group<KeyIn, ValueIn>> group, shared_functor<F> aggregator)
        : group_(std::move(group)), aggregator_(std::move(aggregator)) {}

    [[nodiscard]] group_state& group() const noexcept override { return *group_; }
    [[nodiscard]] shared_value<const cogroup_input<key_type, Aggregate>> without_group() const override {
        return shared_value<typed_cogroup_input>(std::in_place, nullptr, aggregator_);
    }
    [[nodiscard]] attachment place(const std::string& store) const override {
        return before_aggregation(*group_, store, [&](repartition_plan& topic) {
            make_repartition_nodes<KeyIn, ValueIn>(topic, group_->serdes, group_->at.window_ends);
        });
    }
    [[nodiscard]] std::unique_ptr<node> make(const functors& shared, const cogroup_upkeep& upkeep,
                                             const any_windows& windows) const override {
        return std::visit(
            [&]<class Windows>(const Windows& kind) {
                return make_node<typename Windows::template node<KeyIn, ValueIn, plan>>(
                    plan{shared, aggregator_}, upkeep.store, upkeep.send_old, kind);
            },
            windows);
    }

private:
    shared_value<typed_group<KeyIn, ValueIn>> group_;
    shared_functor<F> aggregator_;
};

} // namespace streams::inline v0::detail
