#pragma once

#include <streams/topology/node.hpp>
#include <streams/topology/task_context.hpp>
#include <streams/topology/timers.hpp>

#include <chrono>
#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace streams::inline v0 {

/// What a processor can ask of its task. On the task's thread, from `init` to `close`.
class processor_task {
public:
    processor_task(task_context& context, std::string_view node) noexcept : context_(&context), node_(node) {}

    /// The store of that name, which is connected to the processor: as the bytes interface `Store`
    /// (`context.state_store<key_value_store>("counts")`, a reference), or as a typed view that is made from one
    /// (a value). Ask in `init`, and keep it. Throws topology_error where there is none, it is not connected, or it is
    /// of another kind.
    template <class Store>
    [[nodiscard]] decltype(auto) state_store(std::string_view name) const {
        streams::state_store& found = context_->store(name);
        if constexpr (std::derived_from<Store, streams::state_store>) {
            auto* typed = dynamic_cast<Store*>(&found);
            if (!typed)
                throw topology_error(concat("store ", name, " is of another kind than node ", node_,
                                            " asks for; ask for the kind that the topology declares"));
            return static_cast<Store&>(*typed);
        } else {
            return Store(found);
        }
    }

    /// Calls `callback` with the current time of its clock, in ms, every `interval` (KIP-138): first, in stream time, as
    /// soon as it is known; by the wall clock, after one interval. Calls that were missed collapse into one. A record
    /// forwarded from the callback has no record_metadata. What the callback throws goes to the processing exception
    /// handler. Throws topology_error unless interval >= 1 ms.
    cancellable schedule(std::chrono::milliseconds interval, punctuation_type type,
                         std::function<void(std::int64_t)> callback) const {
        return context_->schedule(node_, interval, type, std::move(callback));
    }
    /// The same at `start_time` and every `interval` from there, whenever the task starts (KIP-1146): at two in the morning,
    /// `schedule(std::chrono::sys_days{2026y / 1 / 1} + 2h, 24h, punctuation_type::wall_clock_time, report)`. Where
    /// `start_time` has passed, the first call is at the next time of that grid. Days of 24 hours, in UTC.
    cancellable schedule(std::chrono::sys_time<std::chrono::milliseconds> start_time,
                         std::chrono::milliseconds interval, punctuation_type type,
                         std::function<void(std::int64_t)> callback) const {
        return context_->schedule(node_, start_time.time_since_epoch().count(), interval, type, std::move(callback));
    }
    /// Asks for a commit soon.
    void commit() const noexcept { context_->request_commit(); }

    /// Prepares timers, once, in `init` (an extension): `fire` is called as `(const Key&, time in ms)` when the time of a
    /// timer has come, by stream time or, within a tenth of a second, by the wall clock; what it forwards has the headers
    /// of a punctuation. Timers are kept in `store`, one of stores::timers that is connected to the processor, and survive
    /// restarts with it. Throws topology_error as state_store does.
    template <class Key, class F>
    void on_timer(std::string_view store, F fire, punctuation_type type = punctuation_type::stream_time) {
        static_assert(
            std::invocable<F&, const Key&, std::int64_t>,
            "on_timer: the functor must be callable with (const Key&, std::int64_t), the key and its time in ms");
        timers_ = std::make_shared<detail::timers>(state_store<key_value_store>(store),
                                                   [fire = std::move(fire)](bytes_view key, std::int64_t at) mutable {
                                                       fire(serde<Key>::deserialize(key), at);
                                                   });
        const std::chrono::milliseconds interval(type == punctuation_type::stream_time ? 1 : 100);
        schedule(interval, type, [timers = timers_](std::int64_t now) { timers->fire_due(now); });
    }
    /// Sets a timer of a key to a time, ms since the epoch; one that is set already stays. A time that has passed fires
    /// with the next record, or the next look at the wall clock. REQUIRES: on_timer was called with this Key.
    template <class Key>
    void timer(const Key& key, std::int64_t at) const {
        with_timers("timer").set(bytes_of(key).view(), at);
    }
    /// Takes a timer back; none was set: nothing happens.
    template <class Key>
    void cancel_timer(const Key& key, std::int64_t at) const {
        with_timers("cancel_timer").cancel(bytes_of(key).view(), at);
    }

    /// Where the record that is being processed was read from; nullopt during punctuation.
    [[nodiscard]] std::optional<streams::record_metadata> record_metadata() const noexcept {
        const auto& metadata = context_->current().metadata;
        if (metadata.offset < 0) return std::nullopt;
        return metadata;
    }
    /// The headers of the record that is being processed; empty ones, to be filled, during punctuation.
    [[nodiscard]] streams::headers& headers() const noexcept { return *context_->current().headers; }
    /// The largest timestamp of the records the task has taken, ms; -1 before the first.
    [[nodiscard]] std::int64_t current_stream_time_ms() const noexcept { return context_->stream_time(); }
    /// The wall clock, ms since the epoch.
    [[nodiscard]] std::int64_t current_system_time_ms() const { return context_->wall_time(); }
    [[nodiscard]] task_id task() const noexcept { return context_->task(); }
    [[nodiscard]] std::string_view application_id() const noexcept { return context_->application_id(); }

protected:
    task_context* context_;
    std::string_view node_;

private:
    [[nodiscard]] detail::timers& with_timers(std::string_view call) const {
        if (!timers_)
            throw topology_error(concat("node ", node_, " calls ", call, " without timers; call on_timer in its init"));
        return *timers_;
    }
    template <class Key>
    [[nodiscard]] static bytes bytes_of(const Key& key) {
        bytes out;
        serde<Key>::serialize(key, out);
        return out;
    }

    std::shared_ptr<detail::timers> timers_;
};

/// What a processor is given (Kafka's `ProcessorContext`): its task, and its children, which take records of `KeyOut` and
/// `ValueOut`. Both void: it forwards nothing.
template <class KeyOut, class ValueOut>
class processor_context : public processor_task {
public:
    processor_context(task_context& context, std::string_view node, const outputs<KeyOut, ValueOut>& children) noexcept
        : processor_task(context, node), children_(&children) {}

    /// For the library: the node's init has returned, and those of the nodes behind it follow.
    void initialised() noexcept { initialised_ = true; }

    /// Forwards to every child, in the order of their declaration. Throws streams_error for a negative timestamp, and
    /// topology_error within the processor's init, since the nodes behind it are initialised after it.
    void forward(const record<KeyOut, ValueOut>& r) const {
        handing_on(r, [&] { children_->forward(r); });
    }
    /// Forwards to the child of that name. Throws topology_error where there is none.
    void forward(const record<KeyOut, ValueOut>& r, std::string_view child) const {
        const std::size_t at = children_->find(child);
        if (at == children_->size())
            throw topology_error(concat("node ", node_, " forwards to ", child,
                                        ", which is not its child; name it as a parent where that node is added"));
        handing_on(r, [&] { children_->forward_to(at, r); });
    }
    /// Forwards with the headers of the record that is being processed.
    void forward(const KeyOut& key, const ValueOut& value, std::int64_t timestamp) const {
        forward(record<KeyOut, ValueOut>{key, value, timestamp, headers()});
    }

private:
    /// The children's stores log the record that they are handed, and ours the one we are handed.
    template <class Call>
    void handing_on(const record<KeyOut, ValueOut>& r, Call call) const {
        if (r.timestamp < 0)
            throw streams_error(concat("node ", node_, " forwards a record with the negative timestamp ", r.timestamp,
                                       "; forward records with a time of 0 ms since the epoch or later"));
        if (!initialised_)
            throw topology_error(concat("node ", node_,
                                        " forwards in its init, before the nodes behind it are initialised; "
                                        "forward in process, or in what schedule calls"));
        const record_scope theirs(*context_, r);
        call();
    }

    const outputs<KeyOut, ValueOut>* children_;
    bool initialised_ = false;
};

template <>
class processor_context<void, void> : public processor_task {
public:
    using processor_task::processor_task;
    void initialised() noexcept {}
};

} // namespace streams::inline v0
