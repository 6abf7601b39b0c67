#pragma once

#include <streams/dsl/detail/graph/functor.hpp>
#include <streams/dsl/detail/tables/table_source.hpp>
#include <streams/dsl/value_transformer.hpp>
#include <streams/serde/window_ends.hpp>

namespace streams::inline v0::detail {

/// A filter of a table: the row, or none.
template <class Key, class Value, class F, bool Wanted>
struct row_filter {
    using result_type = Value;
    using held_type = const Value*; ///< nothing is made, so nothing is held
    task_functor<F> predicate;

    const Value* operator()(const Key& key, const Value* value, held_type& /*holder*/) const {
        return value && static_cast<bool>(call(predicate.get(), key, *value)) == Wanted ? value : nullptr;
    }
};

/// A mapping of a table: the functor's result, held for as long as it is forwarded.
template <class Key, class Value, class NewValue, class F>
struct row_mapping {
    using result_type = NewValue;
    using held_type = std::optional<NewValue>;
    task_functor<F> mapper;

    const NewValue* operator()(const Key& key, const Value* value, held_type& holder) const {
        if (!value) return nullptr;
        holder = call(mapper.get(), key, *value);
        return pointer_to(holder);
    }
};

/// A transformation of a table: the functor's result for the row, or for none (null).
template <class Key, class Value, class NewValue, class F>
struct row_transformation {
    using result_type = NewValue;
    using held_type = std::optional<NewValue>;
    task_functor<F> transformer;

    const NewValue* operator()(const Key& key, const Value* value, held_type& holder) const {
        holder = call(transformer.get(), key, value);
        return pointer_to(holder);
    }
};

[[noreturn]] void throw_null_transformer(std::string_view node);

/// The same by an object of the task's own, which a supplier makes.
template <class Key, class Value, class NewValue, class Supplier>
class supplied_transformation {
public:
    using result_type = NewValue;
    using held_type = std::optional<NewValue>;

    explicit supplied_transformation(const task_functor<Supplier>& supplier) : transformer_(supplier.get()()) {}
    void init(task_context& context, std::string_view node) {
        if (!transformer_) throw_null_transformer(node);
        task_.emplace(context, node);
        transformer_->init(*task_);
    }
    void close() {
        if (transformer_) transformer_->close();
    }
    const NewValue* operator()(const Key& key, const Value* value, held_type& holder) const {
        holder = transformer_->transform(key, value);
        return pointer_to(holder);
    }

private:
    std::unique_ptr<value_transformer<Key, Value, NewValue>> transformer_;
    std::optional<processor_task> task_;
};

/// An operation that wants to be told when its task begins and ends.
template <class Operation>
concept starting_operation =
    requires(Operation& operation, task_context& context) { operation.init(context, std::string_view()); };

/// A table computed row by row from another (Kafka's `KTableFilter`, `KTableMapValues`, `KTableTransformValues`). `Skips`: where old values are
/// known, an update from no row to no row is not forwarded.
template <class Key, class Value, class Operation, bool Skips>
class table_view_node final : public typed_node<Key, change<Value>, Key, change<typename Operation::result_type>> {
    using row_type = typename Operation::result_type;

public:
    /// `versioned`: of the table above, whose updates are forwarded even where nothing changes (KIP-914).
    table_view_node(Operation operation, table_upkeep upkeep, bool versioned)
        : operation_(std::move(operation)), upkeep_(std::move(upkeep)), versioned_(versioned),
          forwarder_({upkeep_.window_ends}, upkeep_.send_old) {}

    void init(task_context& context) override {
        context_ = &context;
        if constexpr (starting_operation<Operation>) operation_.init(context, this->name());
        if (upkeep_.store.empty()) return;
        store_.open(context, upkeep_.store);
        forwarder_.init(store_.store(), this->children(), context);
    }
    void close() override {
        if constexpr (starting_operation<Operation>) operation_.close();
    }

    void process(const record<Key, change<Value>>& r) override {
        const row_type* new_value = row_of(r, r.value.new_value, new_holder_);
        const row_type* old = nullptr;
        const bool stored = !upkeep_.store.empty();
        bool latest = r.value.is_latest;
        if (stored) store_.at(r.key);
        if (upkeep_.send_old) {
            if (stored) {
                store_.get(old_row_);
                old = pointer_to(old_row_);
            } else {
                old = row_of(r, r.value.old_value, old_holder_);
            }
            if (Skips && !versioned_ && !new_value && !old) return;
        }
        if (stored) {
            const row_put done = store_.put(r, new_value, r.timestamp);
            if (!done.stored || forwarder_.on_flush()) return;
            latest = done.latest;
        }
        const change<row_type> update{new_value, old, latest};
        this->forward(r.with_value(update));
    }

private:
    const row_type* row_of(const record<Key, change<Value>>& r, const Value* value,
                           typename Operation::held_type& holder) {
        if constexpr (starting_operation<Operation>) {
            const record_scope transformed(*context_, r);
            return operation_(r.key, value, holder);
        } else {
            return operation_(r.key, value, holder);
        }
    }

    Operation operation_;
    table_upkeep upkeep_;
    bool versioned_;
    task_context* context_ = nullptr;
    typed_key_values<Key, row_type> store_;
    update_forwarder<plain_store_key<Key>, row_type> forwarder_;
    typename Operation::held_type new_holder_{};
    typename Operation::held_type old_holder_{};
    std::optional<row_type> old_row_;
};

/// Computes a row of a view from the parent's.
template <class Key, class Value, class Operation>
class view_getter final : public value_getter<Key, typename Operation::result_type> {
public:
    view_getter(std::unique_ptr<value_getter<Key, Value>> parent, Operation operation)
        : parent_(std::move(parent)), operation_(std::move(operation)) {}
    void init(task_context& context) override {
        parent_->init(context);
        if constexpr (starting_operation<Operation>) operation_.init(context, "value getter");
    }
    row_view<typename Operation::result_type> get(const Key& key) override {
        const row_view<Value> row = parent_->get(key);
        return {operation_(key, row.value, holder_), row.timestamp};
    }
    row_view<typename Operation::result_type> get_as_of(const Key& key, std::int64_t time) override {
        const row_view<Value> row = parent_->get_as_of(key, time);
        return {operation_(key, row.value, holder_), row.timestamp};
    }

private:
    std::unique_ptr<value_getter<Key, Value>> parent_;
    Operation operation_;
    typename Operation::held_type holder_{};
};

/// A view of a table, with a store of its own where `spec` is given.
template <class Key, class Value, class Operation, class F, bool Skips>
class table_view final : public table_of<Key, typename Operation::result_type> {
    using row_type = typename Operation::result_type;

public:
    /// `materialized`: how the view is kept was said, if only without a name; then it has versions only in its own store.
    table_view(shared_value<table_of<Key, Value>> parent, shared_functor<F> functor, std::optional<store_spec> spec,
               bool materialized)
        : parent_(std::move(parent)), functor_(std::move(functor)), spec_(std::move(spec)),
          materialized_(materialized) {
        // Where the parent knows old values anyway, needless deletions can be told and kept back.
        if (Skips) send_old_ = parent_->enable_sending_old_values(false);
    }

    /// Stores that the operation itself uses: some are added elsewhere, some come with it.
    void use_stores(std::vector<std::string> names, std::vector<store_spec> brought) {
        used_ = std::move(names);
        for (const store_spec& each : brought) used_.push_back(each.name);
        brought_ = std::move(brought);
    }
    bool enable_sending_old_values(bool force) override {
        if (spec_ || parent_->enable_sending_old_values(force)) send_old_ = true;
        return send_old_;
    }
    [[nodiscard]] bool versioned() const noexcept override {
        if (spec_) return spec_->is<versioned_kind>();
        return !materialized_ && parent_->versioned();
    }
    getter_plan<Key, row_type> getter() override {
        if (spec_) return getter_from_store<Key, row_type>(spec_->name);
        getter_plan<Key, Value> above = parent_->getter();
        return {united(above.stores, used_), [make = above.make, functor = functor_] {
                    return make_getter<view_getter<Key, Value, Operation>>(make(), Operation{task_functor<F>(functor)});
                }};
    }
    void write(const graph_node& node, streams::window_ends window_ends, topology& out) const {
        const table_upkeep upkeep{spec_ ? spec_->name : std::string(), send_old_, window_ends};
        const auto make = [functor = functor_, upkeep, versioned = parent_->versioned()] {
            return make_node<table_view_node<Key, Value, Operation, Skips>>(Operation{task_functor<F>(functor)}, upkeep,
                                                                            versioned);
        };
        write_processor(node, out, make);
        if (spec_) out.add_operator_store(*spec_, {node.name});
        for (const store_spec& each : brought_) out.add_store(each);
        for (const std::string& store : used_) out.connect_store(node.name, store);
    }

private:
    shared_value<table_of<Key, Value>> parent_;
    shared_functor<F> functor_;
    std::optional<store_spec> spec_;
    std::vector<std::string> used_;
    std::vector<store_spec> brought_;
    bool materialized_;
    bool send_old_ = false;
};

} // namespace streams::inline v0::detail
