#pragma once

#include <streams/topology/node.hpp>
#include <streams/topology/processor_context.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace streams::inline v0 {

/// An operator written by hand (Kafka's `Processor`): takes records, may keep state in stores, forwards what it likes
/// through its context. One object a task, called on that task's thread only. Key or value types that are
/// `std::optional` take null. With both output types void it forwards nothing.
template <class KeyIn, class ValueIn, class KeyOut = void, class ValueOut = void>
class processor {
public:
    using context_type = processor_context<KeyOut, ValueOut>;
    using record_type = record<KeyIn, ValueIn>;

    virtual ~processor() = default;
    processor() = default;
    processor(const processor&) = delete;
    processor& operator=(const processor&) = delete;

    /// Called once, stores restored, before the first record. `context` is valid until the end of `close`.
    virtual void init(context_type& context) { static_cast<void>(context); }
    /// Called for every record. What it throws goes to the processing exception handler.
    virtual void process(const record_type& r) = 0;
    /// Called once, after the last record.
    virtual void close() {}
};

namespace detail {

/// What follows a processor: typed children, or nothing.
template <class KeyOut, class ValueOut>
struct processor_exit {
    outputs<KeyOut, ValueOut> children{};

    void connect(const node& parent, node& child) { children.connect(parent, child); }
    [[nodiscard]] processor_context<KeyOut, ValueOut> context(task_context& task,
                                                              std::string_view name) const noexcept {
        return {task, name, children};
    }
};

template <>
struct processor_exit<void, void> {
    void connect(const node& parent, node& child) {
        throw topology_error(concat("node ", child.name(), " cannot follow processor ", parent.name(),
                                    ", which forwards nothing; give the processor output types"));
    }
    [[nodiscard]] processor_context<void, void> context(task_context& task, std::string_view name) const noexcept {
        return {task, name};
    }
};

} // namespace detail

/// The node of a processor.
template <class KeyIn, class ValueIn, class KeyOut, class ValueOut>
class processor_node final : public node, public receiver<KeyIn, ValueIn> {
public:
    explicit processor_node(std::unique_ptr<processor<KeyIn, ValueIn, KeyOut, ValueOut>> body)
        : body_(std::move(body)) {}

    void connect(node& child) override { exit_.connect(*this, child); }
    void init(task_context& context) override {
        task_ = &context;
        context_.emplace(exit_.context(context, name()));
        body_->init(*context_);
        context_->initialised();
    }
    void process(const record<KeyIn, ValueIn>& r) override {
        task_->take_in_hand(r);
        body_->process(r);
    }
    void close() override { body_->close(); }

private:
    std::unique_ptr<processor<KeyIn, ValueIn, KeyOut, ValueOut>> body_;
    detail::processor_exit<KeyOut, ValueOut> exit_;
    task_context* task_ = nullptr;
    std::optional<processor_context<KeyOut, ValueOut>> context_;
};

} // namespace streams::inline v0
