#pragma once

#include <streams/core/config.hpp>
#include <streams/core/handlers.hpp>
#include <streams/core/metrics.hpp>
#include <streams/core/record.hpp>
#include <streams/core/task_id.hpp>
#include <streams/state/state_store.hpp>
#include <streams/topology/pending_records.hpp>
#include <streams/topology/record_collector.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace streams::inline v0 {

/// Which clock a punctuation follows.
enum class punctuation_type {
    stream_time, ///< the largest timestamp the task has taken; stands still without input
    wall_clock_time,
};

/// Ends a schedule when asked to; dropping it changes nothing. On the task's thread.
class cancellable {
public:
    explicit cancellable(std::shared_ptr<bool> cancelled) : cancelled_(std::move(cancelled)) {}
    void cancel() noexcept { *cancelled_ = true; }

private:
    std::shared_ptr<bool> cancelled_;
};

/// What several nodes of a task share; see task_context::shared.
struct shared_in_task {
    virtual ~shared_in_task() = default;
};

/// What a task offers its nodes (the untyped half of Kafka's `ProcessorContext`). On the task's thread only.
class task_context {
public:
    virtual ~task_context() = default;
    task_context(const task_context&) = delete;
    task_context& operator=(const task_context&) = delete;

    [[nodiscard]] virtual std::string_view application_id() const noexcept = 0;
    [[nodiscard]] virtual const streams_config& config() const noexcept = 0;
    [[nodiscard]] virtual task_id task() const noexcept = 0;
    /// The store of that name. While a node is initialised: throws topology_error unless the store is connected to it.
    [[nodiscard]] virtual state_store& store(std::string_view name) = 0;
    [[nodiscard]] virtual record_collector& collector() = 0;
    /// The name a topic of the topology has in the cluster: internal ones get the application id in front.
    [[nodiscard]] virtual std::string topic_name(std::string_view declared) const = 0;
    /// Counts a dropped record, and logs the first of each reason.
    virtual void drop(drop_reason reason, std::string_view node) = 0;
    /// The largest timestamp of the records the task has taken, ms; -1 before the first.
    [[nodiscard]] virtual std::int64_t stream_time() const noexcept = 0;
    [[nodiscard]] virtual std::int64_t wall_time() const = 0;
    /// ms of the steady clock.
    [[nodiscard]] virtual std::int64_t steady_time() const = 0;
    /// Since when the task runs without a pause, of the wall clock: it was initialised then, or given back by the group.
    [[nodiscard]] virtual std::int64_t runs_since() const noexcept = 0;
    /// Calls `callback` with the current time of its clock every `interval` (KIP-138; missed calls collapse into one).
    /// Stream time: first as soon as it is known; wall clock: first after one interval. Throws topology_error unless
    /// interval >= 1 ms. `node`: who asks, and answers for what the callback throws.
    virtual cancellable schedule(std::string_view node, std::chrono::milliseconds interval, punctuation_type type,
                                 std::function<void(std::int64_t)> callback) = 0;
    /// The same at `start_time`, ms since the epoch, and every `interval` from there (KIP-1146); of the times that have
    /// passed already only the grid is kept.
    virtual cancellable schedule(std::string_view node, std::int64_t start_time, std::chrono::milliseconds interval,
                                 punctuation_type type, std::function<void(std::int64_t)> callback) = 0;
    /// Asks the processing exception handler about the exception at hand, which `node` threw for a record, or a
    /// punctuation, of this time and headers. Returns, that record counted as dropped and at hand again, where the handler
    /// says resume. Otherwise throws; so do errors that are no fault of the record: of the state, of the cluster, and of a
    /// node that has been answered for already.
    /// REQUIRES: called in a catch clause.
    virtual void node_failed(std::string_view node, std::int64_t timestamp, streams::headers& headers) = 0;
    /// Asks the production exception handler about the exception at hand, which a serde threw at a record that sink `node`
    /// was to write. Returns, that record counted as dropped, where the handler says resume. Otherwise throws
    /// serialization_error, about which the processing handler is asked, as in Kafka Streams.
    /// REQUIRES: called in a catch clause.
    virtual void not_serialized(std::string_view node, production_step step, const output_record& output) = 0;
    /// Asks for a commit soon.
    virtual void request_commit() noexcept = 0;
    /// Lets the task take no further record before this time of the wall clock, ms; it stays in the group, and its
    /// punctuations and commits go on.
    virtual void hold_input_until(std::int64_t wall_time) = 0;

    /// The task's one object of that name, made at the first request: for nodes that share more than a store.
    template <std::derived_from<shared_in_task> T>
    [[nodiscard]] T& shared(const std::string& name) {
        auto& held = shared_[name];
        if (!held) held = std::make_unique<T>();
        return dynamic_cast<T&>(*held);
    }

    /// Has the task care for records that the calling node keeps pending, while it is initialised. Returns what wakes the
    /// task's thread to go on with them, from any thread, and not after the node is closed.
    [[nodiscard]] virtual std::function<void()> add_pending(pending_records& of_node) = 0;

    /// A number that a node keeps beside the committed offsets, under a name of its own (KIP-825): as it was last set or,
    /// at first, as it was last committed; nullopt: never.
    [[nodiscard]] virtual std::optional<std::int64_t> processor_metadata(std::string_view name) const = 0;
    virtual void set_processor_metadata(std::string_view name, std::int64_t value) = 0;

    /// The record at hand: what stores log, and what a processor asks for. Nodes change it through what they write to, see
    /// node_store, and through record_scope.
    [[nodiscard]] const record_context& current() const noexcept { return *at_hand_; }

protected:
    /// `at_hand`: where the record at hand is kept, for stores that outlive the task; outlives it too.
    explicit task_context(record_context& at_hand) noexcept : at_hand_(&at_hand) {}
    /// The record at hand, for the task.
    [[nodiscard]] record_context& at_hand() noexcept { return *at_hand_; }

private:
    friend class record_scope;
    template <class Store>
    friend class node_store;
    template <class KeyIn, class ValueIn, class KeyOut, class ValueOut>
    friend class processor_node;
    template <class Key, class ValueIn, class ValueOut>
    friend class fixed_key_processor_node;

    /// The node that calls handles `r` from here on, until another one says so. Cheap: called for each write to a store.
    template <class Key, class Value>
    void take_in_hand(const record<Key, Value>& r) noexcept {
        at_hand_->timestamp = r.timestamp;
        at_hand_->headers = &r.headers;
    }

    std::map<std::string, std::unique_ptr<shared_in_task>> shared_;
    record_context* at_hand_;
};

/// Puts a record in the hand of a task, and at its end the one that was there before.
class record_scope {
public:
    record_scope(task_context& task, const record_context& r) noexcept : task_(task), before_(task.current()) {
        *task.at_hand_ = r;
    }
    /// The origin stays that of the input record.
    template <class Key, class Value>
    record_scope(task_context& task, const record<Key, Value>& r) noexcept
        : record_scope(task, {task.current().metadata, r.timestamp, &r.headers}) {}
    ~record_scope() { *task_.at_hand_ = before_; }
    record_scope(const record_scope&) = delete;
    record_scope& operator=(const record_scope&) = delete;

private:
    task_context& task_;
    record_context before_;
};

} // namespace streams::inline v0
