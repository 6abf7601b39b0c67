#pragma once

#include <streams/dsl/detail/stores/store_specs.hpp>
#include <streams/dsl/detail/stores/update_forwarder.hpp>
#include <streams/dsl/detail/tables/table.hpp>
#include <streams/serde/window_ends.hpp>

#include <utility>

namespace streams::inline v0::detail {

/// What a table does with its updates: keep them, and tell the old value. Decided when the topology is written.
struct table_upkeep {
    std::string store; ///< empty: none
    bool send_old = false;
    streams::window_ends window_ends{}; ///< of windowed keys
};

/// Turns records into updates of a table (Kafka's `KTableSource`), for input topics and to_table.
template <class KeyIn, class ValueIn>
class table_source_node final
    : public typed_node<KeyIn, ValueIn, without_null_t<KeyIn>, change<without_null_t<ValueIn>>> {
    using key_type = without_null_t<KeyIn>;
    using row_type = without_null_t<ValueIn>;

public:
    explicit table_source_node(table_upkeep upkeep)
        : upkeep_(std::move(upkeep)), forwarder_({upkeep_.window_ends}, upkeep_.send_old) {}

    void init(task_context& context) override {
        context_ = &context;
        if (upkeep_.store.empty()) return;
        store_.open(context, upkeep_.store);
        forwarder_.init(store_.store(), this->children(), context);
    }

    void process(const record<KeyIn, ValueIn>& r) override {
        if constexpr (nullable<KeyIn>) {
            if (!r.key) return context_->drop(drop_reason::null_key, this->name());
            update({*r.key, r.value, r.timestamp, r.headers});
        } else {
            update(r);
        }
    }

private:
    void update(const record<key_type, ValueIn>& r) {
        const row_type* value = nullptr;
        if constexpr (nullable<ValueIn>)
            value = pointer_to(r.value);
        else
            value = &r.value;

        const row_type* old = nullptr;
        row_put done;
        if (!upkeep_.store.empty()) {
            store_.at(r.key);
            if (forwarder_.needs_old()) {
                store_.get(old_);
                old = pointer_to(old_);
            }
            done = store_.put(r, value, r.timestamp);
            if (!done.stored || forwarder_.on_flush()) return;
        }
        const change<row_type> update{value, old, done.latest};
        this->forward(r.with_value(update));
    }

    table_upkeep upkeep_;
    task_context* context_ = nullptr;
    typed_key_values<key_type, row_type> store_;
    update_forwarder<plain_store_key<key_type>, row_type> forwarder_;
    std::optional<row_type> old_;
};

/// A table fed by records: from a topic or from a stream. Keeps a store only where it is named, or something asks.
template <class Key, class Value>
class source_table final : public table_of<Key, Value> {
public:
    source_table(store_spec spec, bool materialized, const serdes_for<Key, Value>& serdes)
        : spec_(std::move(spec)), materialized_(materialized) {
        spec_.serdes = kept_by(serdes.key, serdes.value);
        this->use_serdes(serdes);
    }

    bool enable_sending_old_values(bool force) override {
        if (!force && !materialized_) return false;
        materialized_ = true;
        send_old_ = true;
        return true;
    }
    [[nodiscard]] bool versioned() const noexcept override { return spec_.is<versioned_kind>(); }
    getter_plan<Key, Value> getter() override {
        materialized_ = true;
        return getter_from_store<Key, Value>(spec_.name);
    }

    [[nodiscard]] const store_spec* store() const noexcept { return materialized_ ? &spec_ : nullptr; }
    [[nodiscard]] table_upkeep upkeep(streams::window_ends window_ends) const {
        return {materialized_ ? spec_.name : std::string(), send_old_, std::move(window_ends)};
    }

private:
    store_spec spec_;
    bool materialized_;
    bool send_old_ = false;
};

/// The write step of a table's node below `parents`. `topic`: what its store is restored from instead of a changelog of
/// its own; empty: nothing.
template <class KeyIn, class ValueIn, class Table>
void write_table_source(const Table& table, std::string name, std::vector<std::string> parents,
                        const std::string& topic, streams::window_ends window_ends, topology& out) {
    const auto make = [upkeep = table.upkeep(window_ends)] {
        return make_node<table_source_node<KeyIn, ValueIn>>(upkeep);
    };
    write_processor(name, std::move(parents), out, make);
    if (!table.store()) return;
    store_spec spec = *table.store();
    if (!topic.empty()) {
        spec.source_topic = topic;
        spec.logging = false;
    }
    out.add_operator_store(std::move(spec), {name});
}

} // namespace streams::inline v0::detail
