#pragma once

#include <streams/topology/node.hpp>
#include <streams/topology/processor_context.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace streams::inline v0 {

/// A record whose key stays as it is (Kafka's `FixedKeyRecord`): value, timestamp and headers may be replaced, and nobody
/// but the library makes the first one. Borrowed as a record is.
template <class Key, class Value>
class fixed_key_record {
public:
    /// For the library.
    explicit fixed_key_record(const record<Key, Value>& of) noexcept : record_(of) {}

    [[nodiscard]] const Key& key() const noexcept { return record_.key; }
    [[nodiscard]] const Value& value() const noexcept { return record_.value; }
    /// ms since the epoch.
    [[nodiscard]] std::int64_t timestamp() const noexcept { return record_.timestamp; }
    [[nodiscard]] streams::headers& headers() const noexcept { return record_.headers; }

    /// The same record with another value, which outlives it.
    template <class NewValue>
    [[nodiscard]] fixed_key_record<Key, NewValue> with_value(const NewValue& value) const noexcept {
        return fixed_key_record<Key, NewValue>(record_.with_value(value));
    }
    [[nodiscard]] fixed_key_record with_timestamp(std::int64_t timestamp) const noexcept {
        return fixed_key_record(record_.with_timestamp(timestamp));
    }

private:
    template <class, class>
    friend class fixed_key_context;

    record<Key, Value> record_;
};

/// What a fixed-key processor is given (Kafka's `FixedKeyProcessorContext`): its task, and its children, which take
/// records of `Key` and `ValueOut`.
template <class Key, class ValueOut>
class fixed_key_context : public processor_task {
public:
    explicit fixed_key_context(const processor_context<Key, ValueOut>& below) noexcept
        : processor_task(below), below_(below) {}

    /// Forwards to every child, in the order of their declaration.
    void forward(const fixed_key_record<Key, ValueOut>& r) const { below_.forward(r.record_); }

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
    }
    void process(const record<Key, ValueIn>& r) override {
        task_->handling(r);
        body_->process(fixed_key_record<Key, ValueIn>(r));
    }
    void close() override { body_->close(); }

private:
    std::unique_ptr<fixed_key_processor<Key, ValueIn, ValueOut>> body_;
    task_context* task_ = nullptr;
    std::optional<fixed_key_context<Key, ValueOut>> context_;
};

} // namespace streams::inline v0
