#pragma once

#include "simulation/program/id_list.hpp"

#include <streams/serde/standard.hpp>
#include <streams/state/typed_key_value_store.hpp>
#include <streams/state/typed_window_store.hpp>
#include <streams/topology/processor.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace streams::simulation {

/// A record between the nodes: `<id> <group> <what to do>`.
struct marked_id {
    int id = 0;
    std::string group;
    bool forget = false; ///< what the group has is deleted

    [[nodiscard]] static marked_id parse(std::string_view text) {
        const auto first = text.find(' ');
        const auto second = text.find(' ', first + 1);
        marked_id parsed{.group = std::string(text.substr(first + 1, second - first - 1)),
                         .forget = text.substr(second + 1) == "forget"};
        std::from_chars(text.data(), text.data() + first, parsed.id);
        return parsed;
    }
    [[nodiscard]] std::string text() const {
        return std::to_string(id) + ' ' + group + ' ' + (forget ? "forget" : "add");
    }
};

inline constexpr std::int64_t window_ms = 1000;

/// Keeps the ids of each key, and tells of each update: `<id>:<all ids>`.
class collector final : public processor<std::string, std::string, std::string, std::string> {
public:
    /// `updates`, `next`: the nodes that are told of updates, and handed on what is read; no next: empty.
    collector(std::string store, std::string updates, std::string next)
        : store_(std::move(store)), updates_(std::move(updates)), next_(std::move(next)) {}

    void init(context_type& context) override {
        context_ = &context;
        ids_.emplace(context.state_store<typed_key_value_store<std::string, std::string>>(store_));
    }
    void process(const record_type& r) override {
        const auto read = marked_id::parse(r.value);
        std::string ids = ids_->get(r.key).value_or("");
        if (read.forget && next_.empty()) {
            ids.clear();
            ids_->erase(r.key);
        } else {
            append_id(ids, read.id);
            ids_->put(r.key, ids);
        }
        context_->forward({r.key, std::to_string(read.id) + ':' + ids, r.timestamp, r.headers}, updates_);
        if (!next_.empty()) context_->forward(r, next_);
    }

private:
    std::string store_;
    std::string updates_;
    std::string next_;
    context_type* context_ = nullptr;
    std::optional<typed_key_value_store<std::string, std::string>> ids_;
};

/// Hands on each record under its group.
class router final : public processor<std::string, std::string, std::string, std::string> {
public:
    void init(context_type& context) override { context_ = &context; }
    void process(const record_type& r) override {
        context_->forward({marked_id::parse(r.value).group, r.value, r.timestamp, r.headers});
    }

private:
    context_type* context_ = nullptr;
};

/// Writes a store that is a copy of its topic.
class copier final : public processor<std::string, std::string> {
public:
    explicit copier(std::string store) : store_(std::move(store)) {}

    void init(context_type& context) override {
        rows_.emplace(context.state_store<typed_key_value_store<std::string, std::string>>(store_));
    }
    void process(const record_type& r) override { rows_->put(r.key, r.value); }

private:
    std::string store_;
    std::optional<typed_key_value_store<std::string, std::string>> rows_;
};

/// Looks the key up in that store: `<id>:<what is there>`.
class looker_up final : public processor<std::string, std::string, std::string, std::string> {
public:
    explicit looker_up(std::string store) : store_(std::move(store)) {}

    void init(context_type& context) override {
        context_ = &context;
        rows_.emplace(context.state_store<typed_key_value_store<std::string, std::string>>(store_));
    }
    void process(const record_type& r) override {
        const auto found = std::to_string(marked_id::parse(r.value).id) + ':' + rows_->get(r.key).value_or("0");
        context_->forward({r.key, found, r.timestamp, r.headers});
    }

private:
    std::string store_;
    context_type* context_ = nullptr;
    std::optional<typed_key_value_store<std::string, std::string>> rows_;
};

/// As collector, by window.
class window_collector final : public processor<std::string, std::string, std::string, std::string> {
public:
    explicit window_collector(std::string store) : store_(std::move(store)) {}

    void init(context_type& context) override {
        context_ = &context;
        ids_.emplace(context.state_store<typed_window_store<std::string, std::string>>(store_));
    }
    void process(const record_type& r) override {
        const auto read = marked_id::parse(r.value);
        const std::int64_t start = r.timestamp / window_ms * window_ms;
        std::string ids = ids_->fetch(r.key, start).value_or("");
        if (read.forget) {
            ids.clear();
            ids_->erase(r.key, start);
        } else {
            append_id(ids, read.id);
            ids_->put(r.key, ids, start);
        }
        context_->forward(
            {r.key + '@' + std::to_string(start), std::to_string(read.id) + ':' + ids, r.timestamp, r.headers});
    }

private:
    std::string store_;
    context_type* context_ = nullptr;
    std::optional<typed_window_store<std::string, std::string>> ids_;
};

} // namespace streams::simulation
