#pragma once

#include <streams/core/error.hpp>
#include <streams/core/record.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace streams::inline v0 {

class task_context;

/// One operator of a task, without its types: what the runtime makes, connects, starts and closes. A node belongs to one
/// task and is only called on that task's thread.
class node {
public:
    virtual ~node() = default;
    node() = default;
    node(const node&) = delete;
    node& operator=(const node&) = delete;

    /// Called once, children connected and stores restored, before the first record.
    virtual void init(task_context&) {}
    /// Called once, after the last record.
    virtual void close() {}
    /// Connects a child; children are called in the order of their connection. Throws topology_error where the child
    /// does not take the records that this node forwards.
    virtual void connect(node& child) = 0;

    [[nodiscard]] std::string_view name() const noexcept { return name_; }
    /// Set by the task, right after the node was made.
    void set_name(std::string name) { name_ = std::move(name); }
    /// Set by the task before `init`: it answers for what the node throws.
    void set_task(task_context& task) noexcept { task_ = &task; }

    /// Has the task ask the processing exception handler about the exception at hand, which the node threw for a record of
    /// this time and headers. Returns where only that record is dropped; throws what ends the task (see
    /// task_context::node_failed). A node without a task throws the exception on. REQUIRES: called in a catch clause.
    void failed(std::int64_t timestamp, streams::headers& headers) const;

protected:
    /// Throws topology_error: the node forwards nothing.
    [[noreturn]] void refuse_child(const node& child) const;

private:
    std::string name_;
    task_context* task_ = nullptr;
};

/// A node behind its base. `make_unique<Node>` would have the compiler make a type of pointer for each node.
template <class Node, class... Args>
[[nodiscard]] std::unique_ptr<node> make_node(Args&&... args) {
    return std::unique_ptr<node>(new Node(std::forward<Args>(args)...));
}

/// The typed entrance of a node: the one virtual call a record costs on its way from node to node.
template <class Key, class Value>
class receiver {
public:
    virtual void process(const record<Key, Value>& r) = 0;

protected:
    ~receiver() = default;
};

/// The children of a node without their types.
class untyped_outputs {
public:
    [[nodiscard]] std::size_t size() const noexcept { return receivers_.size(); }
    /// The position of a child, or size() where there is no child of that name.
    [[nodiscard]] std::size_t find(std::string_view name) const noexcept;

protected:
    /// `receiver`: the child's entrance; null where it has none for these types, which throws topology_error.
    void connect(const node& parent, node& child, void* receiver);
    /// Lets a child answer for the exception that it threw; see node::failed.
    void child_failed(std::vector<void*>::const_iterator child, std::int64_t timestamp,
                      streams::headers& headers) const;

    std::vector<void*> receivers_;

private:
    std::vector<const node*> children_; ///< whose entrances they are
};

/// The typed exits of a node: its children, called depth first in the order of their connection. What a child throws is
/// answered for here, by the processing exception handler; where it drops the record, the next child gets it all the same
/// (KIP-1033).
template <class Key, class Value>
class outputs : public untyped_outputs {
public:
    void forward(const record<Key, Value>& r) const {
        for (auto child = receivers_.begin(); child != receivers_.end(); ++child) hand_to(child, r);
    }
    /// Forwards to one child. REQUIRES: child < size().
    void forward_to(std::size_t child, const record<Key, Value>& r) const {
        hand_to(receivers_.begin() + static_cast<std::ptrdiff_t>(child), r);
    }
    void connect(const node& parent, node& child) {
        untyped_outputs::connect(parent, child, dynamic_cast<receiver<Key, Value>*>(&child));
    }

private:
    // By iterator, which the loop keeps anyway: what the catch clause needs costs a record nothing.
    void hand_to(std::vector<void*>::const_iterator child, const record<Key, Value>& r) const {
        try {
            static_cast<receiver<Key, Value>*>(*child)->process(r);
        } catch (...) {
            child_failed(child, r.timestamp, r.headers);
        }
    }
};

/// A node with one typed entrance and one typed exit: the base of nearly every operator.
template <class KeyIn, class ValueIn, class KeyOut, class ValueOut>
class typed_node : public node, public receiver<KeyIn, ValueIn> {
public:
    void connect(node& child) override { outputs_.connect(*this, child); }

protected:
    void forward(const record<KeyOut, ValueOut>& r) const { outputs_.forward(r); }
    [[nodiscard]] const outputs<KeyOut, ValueOut>& children() const noexcept { return outputs_; }

private:
    outputs<KeyOut, ValueOut> outputs_;
};

/// A node without children.
template <class Key, class Value>
class terminal_node : public node, public receiver<Key, Value> {
public:
    void connect(node& child) override { refuse_child(child); }
};

/// Thrown by a source node whose record does not decode; the task asks the deserialization handler.
class undecodable : public serialization_error {
public:
    using serialization_error::serialization_error;
};

/// Where records of input topics enter a task.
class source_node : public node {
public:
    /// Decodes and forwards. `timestamp` is the extracted one. Throws undecodable.
    virtual void process(const record_view& raw, std::int64_t timestamp, streams::headers& headers) = 0;
    /// The record's event time, ms; negative: drop it. `partition_time`: the largest timestamp already taken from the
    /// record's partition, -1 before the first (Kafka's `TimestampExtractor`). Throws undecodable.
    [[nodiscard]] virtual std::int64_t timestamp_of(const record_view& raw, std::int64_t /*partition_time*/) {
        return raw.timestamp;
    }
};

} // namespace streams::inline v0
