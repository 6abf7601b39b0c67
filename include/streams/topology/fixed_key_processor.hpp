#pragma once

#include <streams/topology/node.hpp>
#include <streams/topology/processor_context.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace streams::inline v0 {

/// A record whose key stays as it is (Kafka's `FixedKeyRecord`): value, timestamp and headers may be replaced, and nobody
/// but the library makes the first one. Its members are those of record, and it is borrowed as that is.
template <class Key, class Value>
struct fixed_key_record {
    const Key& key;
    const Value& value;
    const std::int64_t timestamp; ///< ms since the epoch
    streams::headers& headers;

    /// For the library.
    explicit fixed_key_record(const record<Key, Value>& r) noexcept
        : key(r.key), value(r.value), timestamp(r.timestamp), headers(r.headers) {}

    template <class NewValue>
    [[nodiscard]] fixed_key_record<Key, NewValue> with_value(const NewValue& new_value) const noexcept {
        return fixed_key_record<Key, NewValue>(record<Key, NewValue>{key, new_value, timestamp, headers});
    }
    [[nodiscard]] fixed_key_record with_timestamp(std::int64_t new_timestamp) const noexcept {
        return fixed_key_record(record<Key, Value>{key, value, new_timestamp, headers});
    }
    [[nodiscard]] fixed_key_record with_headers(streams::headers& new_headers) const noexcept {
        return fixed_key_record(record<Key, Value>{key, value, timestamp, new_headers});
    }
};

/// What a fixed-key processor is given (Kafka's `FixedKeyProcessorContext`): its task, and its children, which take
/// records of `Key` and `ValueOut`.
template <class Key, class ValueOut>
class fixed_key_context : public processor_task {
public:
    explicit fixed_key_context(const processor_context<Key, ValueOut>& below) noexcept
        : processor_task(below), below_(below) {}

    /// For the library: as processor_context's.
    void initialised() noexcept { below_.initialised(); }

    /// Forwards to every child, in the order of their declaration. Throws as processor_context's.
    void forward(const fixed_key_record<Key, ValueOut>& r) const {
        below_.forward({r.key, r.value, r.timestamp, r.headers});
    }

private:
    processor_context<Key, ValueOut> below_;
};

/// An operator written by hand that cannot change the key (Kafka's `FixedKeyProcessor`), so that nothing is repartitioned
/// behind it. One object a task, called on that task's thread only.
template <class Key, class ValueIn, class ValueOut>
class fixed_key_processor {
public:
    using context_type = fixed_key_context<Key, ValueOut>;
    using record_type = fixed_key_record<Key, ValueIn>;

    virtual ~fixed_key_processor() = default;
    fixed_key_processor() = default;
    fixed_key_processor(const fixed_key_processor&) = delete;
    fixed_key_processor& operator=(const fixed_key_processor&) = delete;

    /// Called once, stores restored, before the first record. `context` is valid until the end of `close`.
    virtual void init(context_type& context) { static_cast<void>(context); }
    /// Called for every record. What it throws goes to the processing exception handler.
    virtual void process(const record_type& r) = 0;
    /// Called once, after the last record.
    virtual void close() {}
};

/// The node of a fixed-key processor.
template <class Key, class ValueIn, class ValueOut>
class fixed_key_processor_node final : public typed_node<Key, ValueIn, Key, ValueOut> {
public:
    explicit fixed_key_processor_node(std::unique_ptr<fixed_key_processor<Key, ValueIn, ValueOut>> body)
        : body_(std::move(body)) {}

    void init(task_context& context) override {
        task_ = &context;
        context_.emplace(processor_context<Key, ValueOut>(context, this->name(), this->children()));
        body_->init(*context_);
        context_->initialised();
    }
    void process(const record<Key, ValueIn>& r) override {
        task_->take_in_hand(r);
        body_->process(fixed_key_record<Key, ValueIn>(r));
    }
    void close() override { body_->close(); }

private:
    std::unique_ptr<fixed_key_processor<Key, ValueIn, ValueOut>> body_;
    task_context* task_ = nullptr;
    std::optional<fixed_key_context<Key, ValueOut>> context_;
};

} // namespace streams::inline v0
