#pragma once

#include <streams/topology/node.hpp>
#include <streams/topology/task_context.hpp>

#include <map>
#include <vector>

namespace streams::testing_support {

/// A record that a sink sent.
struct sent_record {
    std::string topic;
    std::optional<std::string> key;
    std::optional<std::string> value;
    std::int64_t timestamp;
    streams::headers headers;
    std::optional<std::int32_t> partition;
    std::optional<std::string> partition_key;
};

/// Keeps what is sent; every topic has four partitions.
class fake_collector final : public record_collector {
public:
    std::int32_t open(std::string_view topic, const record_sender&) override {
        topics.emplace_back(topic);
        return static_cast<std::int32_t>(topics.size()) - 1;
    }
    std::int32_t partitions(std::int32_t) override { return 4; }
    void send(std::int32_t topic, const outgoing_record& r) override {
        sent.push_back({topics[static_cast<std::size_t>(topic)], text(r.key), text(r.value), r.timestamp,
                        r.headers ? *r.headers : headers{}, r.partition, text(r.partition_key)});
    }

    void send_dead_letters(std::span<const dead_letter>, const record_sender&, const record_metadata&, bool) override {}

    std::vector<std::string> topics;
    std::vector<sent_record> sent;

private:
    static std::optional<std::string> text(std::optional<bytes_view> in) {
        return in ? std::optional(std::string(in->text())) : std::nullopt;
    }
};

/// A task for nodes that are tested alone.
class fake_task final : public task_context {
public:
    fake_task() : task_context(kept_at_hand) {}
    [[nodiscard]] std::string_view application_id() const noexcept override { return "app"; }
    [[nodiscard]] const streams_config& config() const noexcept override { return configuration; }
    [[nodiscard]] task_id task() const noexcept override { return {2, 3}; }
    [[nodiscard]] state_store& store(std::string_view name) override { return *stores.find(name)->second; }
    [[nodiscard]] record_collector& collector() override { return collected; }
    [[nodiscard]] std::string topic_name(std::string_view declared) const override {
        return declared.find("-repartition") == std::string_view::npos ? std::string(declared)
                                                                       : concat("app-", declared);
    }
    void drop(drop_reason reason, std::string_view node) override { drops.emplace_back(reason, node); }
    [[nodiscard]] std::int64_t stream_time() const noexcept override { return 77; }
    [[nodiscard]] std::int64_t wall_time() const override { return 88; }
    [[nodiscard]] std::int64_t steady_time() const override { return 88; }
    [[nodiscard]] std::int64_t runs_since() const noexcept override { return 88; }
    void node_failed(std::string_view, std::int64_t, streams::headers&) override { throw; }
    void not_serialized(std::string_view, production_step step, const output_record& output) override {
        not_written.emplace_back(step, output.topic);
    }
    cancellable schedule(std::string_view, std::chrono::milliseconds every, punctuation_type,
                         std::function<void(std::int64_t)> call) override {
        interval = every;
        punctuate = std::move(call);
        return cancellable(std::make_shared<bool>(false));
    }
    cancellable schedule(std::string_view node, std::int64_t start_time, std::chrono::milliseconds every,
                         punctuation_type type, std::function<void(std::int64_t)> call) override {
        punctuates_from = start_time;
        return schedule(node, every, type, std::move(call));
    }
    void hold_input_until(std::int64_t wall_time) override { held_until = wall_time; }
    std::function<void()> add_pending(pending_records& of_node) override {
        pending.push_back(&of_node);
        return [] {};
    }
    void request_commit() noexcept override { commit_requested = true; }
    [[nodiscard]] std::optional<std::int64_t> processor_metadata(std::string_view name) const override {
        const auto found = metadata.find(name);
        return found == metadata.end() ? std::nullopt : std::optional(found->second);
    }
    void set_processor_metadata(std::string_view name, std::int64_t value) override {
        metadata[std::string(name)] = value;
    }

    using task_context::at_hand;

    record_context kept_at_hand;
    streams_config configuration;
    std::map<std::string, std::int64_t, std::less<>> metadata;
    std::map<std::string, state_store*, std::less<>> stores;
    fake_collector collected;
    std::vector<std::pair<drop_reason, std::string>> drops;
    std::vector<std::pair<production_step, std::string>> not_written;
    std::chrono::milliseconds interval{0};
    std::optional<std::int64_t> punctuates_from;
    std::function<void(std::int64_t)> punctuate;
    std::vector<pending_records*> pending;
    bool commit_requested = false;
    std::int64_t held_until = 0;
};

/// Keeps copies of the records that reach it.
template <class Key, class Value>
class kept_records final : public terminal_node<Key, Value> {
public:
    struct copy {
        Key key;
        Value value;
        std::int64_t timestamp;
        streams::headers headers;
        std::int64_t context_timestamp; ///< of the task's record at hand
    };
    explicit kept_records(task_context& task) : task_(task) { this->set_name("kept"); }
    void process(const record<Key, Value>& r) override {
        all.push_back({r.key, r.value, r.timestamp, r.headers, task_.current().timestamp});
    }
    std::vector<copy> all;

private:
    task_context& task_;
};

} // namespace streams::testing_support
