#pragma once

#include "src/kafka/client.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace streams::testing_support {

/// What the calls of clients answer before they go on to the real ones: each answer is given once, in order.
class script {
public:
    void answer(const std::string& call, kafka::result with, int times = 1) {
        const std::lock_guard lock(mutex_);
        for (int i = 0; i < times; ++i) answers_[call].push_back(with);
    }
    /// The next call goes on to the real client.
    void pass(const std::string& call) {
        const std::lock_guard lock(mutex_);
        answers_[call].push_back(std::nullopt);
    }
    [[nodiscard]] std::optional<kafka::result> next(const std::string& call) {
        const std::lock_guard lock(mutex_);
        auto& waiting = answers_[call];
        if (waiting.empty()) return std::nullopt;
        auto first = waiting.front();
        waiting.pop_front();
        if (first) ++given_[call];
        return first;
    }
    void count(const std::string& call) {
        const std::lock_guard lock(mutex_);
        ++given_[call];
    }
    [[nodiscard]] int given(const std::string& call) {
        const std::lock_guard lock(mutex_);
        return given_[call];
    }

private:
    std::mutex mutex_;
    std::map<std::string, std::deque<std::optional<kafka::result>>> answers_;
    std::map<std::string, int> given_;
};

class scripted_consumer final : public kafka::consumer {
public:
    scripted_consumer(std::unique_ptr<kafka::consumer> real, std::shared_ptr<script> by)
        : real_(std::move(real)), script_(std::move(by)) {}

    kafka::result subscribe(std::span<const std::string> topics) override { return real_->subscribe(topics); }
    kafka::result assign(std::span<const std::pair<topic_partition, std::int64_t>> partitions) override {
        return real_->assign(partitions);
    }
    kafka::poll_result poll(kafka::milliseconds timeout, std::size_t max_records) override {
        if (auto failed = script_->next("poll")) {
            kafka::poll_result found;
            found.errors.push_back(*failed);
            return found;
        }
        auto polled = real_->poll(timeout, max_records);
        if (!polled.rebalances.empty())
            if (auto failed = script_->next("deliver at a rebalance")) script_->answer("delivered", *failed);
        return polled;
    }
    kafka::result acknowledge(const kafka::rebalance& of, std::span<const std::pair<topic_partition, std::int64_t>> positions,
                              bool paused) override {
        return real_->acknowledge(of, positions, paused);
    }
    kafka::result pause(std::span<const topic_partition> partitions) override {
        script_->count("pause");
        return real_->pause(partitions);
    }
    kafka::result resume(std::span<const topic_partition> partitions) override { return real_->resume(partitions); }
    kafka::result seek(const topic_partition& partition, std::int64_t offset) override {
        return real_->seek(partition, offset);
    }
    std::optional<std::int64_t> position(const topic_partition& partition) override { return real_->position(partition); }
    std::optional<std::int64_t> known_end(const topic_partition& partition) override { return real_->known_end(partition); }
    kafka::result commit(std::span<const kafka::committed_offset> offsets) override {
        if (auto failed = script_->next("commit")) return *failed;
        return real_->commit(offsets);
    }
    kafka::result committed(std::span<const topic_partition> partitions, std::vector<kafka::committed_offset>& found,
                            kafka::milliseconds timeout) override {
        if (auto failed = script_->next("committed")) return *failed;
        return real_->committed(partitions, found, timeout);
    }
    kafka::result bounds(const topic_partition& partition, kafka::log_bounds& found, kafka::milliseconds timeout) override {
        if (auto failed = script_->next("bounds")) return *failed;
        return real_->bounds(partition, found, timeout);
    }
    kafka::result group_partitions(std::vector<topic_partition>& found, kafka::milliseconds timeout) override {
        if (auto failed = script_->next("group_partitions")) return *failed;
        return real_->group_partitions(found, timeout);
    }
    kafka::group_metadata group() override { return real_->group(); }
    void close() override { real_->close(); }

private:
    std::unique_ptr<kafka::consumer> real_;
    std::shared_ptr<script> script_;
};

class scripted_producer final : public kafka::producer {
public:
    scripted_producer(std::unique_ptr<kafka::producer> real, std::shared_ptr<script> by)
        : real_(std::move(real)), script_(std::move(by)) {}

    std::int32_t open(std::string_view topic, bool offsets_wanted) override { return real_->open(topic, offsets_wanted); }
    std::int32_t partitions(std::int32_t topic, kafka::milliseconds timeout) override {
        return script_->next("partitions") ? 0 : real_->partitions(topic, timeout);
    }
    kafka::result append(const kafka::producer_record& record) override {
        if (auto failed = script_->next("append")) return *failed;
        if (auto lost = script_->next("deliver")) {
            failures_.push_back({{"out", 0}, *lost, record.tag, record.timestamp});
            return {};
        }
        unflushed_ = true;
        return real_->append(record);
    }
    void poll(kafka::milliseconds timeout) override { real_->poll(timeout); }
    kafka::result flush(kafka::milliseconds timeout) override {
        if (auto failed = script_->next("flush")) return *failed;
        unflushed_ = false;
        return real_->flush(timeout);
    }
    std::vector<kafka::delivery_failure> take_failures() override {
        auto failures = real_->take_failures();
        for (auto& each : std::exchange(failures_, {})) failures.push_back(std::move(each));
        if (auto lost = script_->next("delivered")) failures.push_back({{"out", 0}, *lost});
        return failures;
    }
    std::optional<std::int64_t> last_offset(std::int32_t topic, std::int32_t partition) override {
        return real_->last_offset(topic, partition);
    }
    kafka::result init_transactions(kafka::milliseconds timeout) override { return real_->init_transactions(timeout); }
    kafka::result begin_transaction() override { return real_->begin_transaction(); }
    kafka::result send_offsets(std::span<const kafka::committed_offset> offsets, const kafka::group_metadata& group,
                               kafka::milliseconds timeout) override {
        return real_->send_offsets(offsets, group, timeout);
    }
    kafka::result commit_transaction(kafka::milliseconds timeout) override { return real_->commit_transaction(timeout); }
    kafka::result abort_transaction(kafka::milliseconds timeout) override { return real_->abort_transaction(timeout); }
    void close() override {
        if (std::exchange(unflushed_, false)) script_->count("close with records");
        real_->close();
    }

private:
    std::unique_ptr<kafka::producer> real_;
    std::shared_ptr<script> script_;
    std::vector<kafka::delivery_failure> failures_;
    bool unflushed_ = false;
};

class scripted_admin final : public kafka::admin {
public:
    scripted_admin(std::unique_ptr<kafka::admin> real, std::shared_ptr<script> by)
        : real_(std::move(real)), script_(std::move(by)) {}

    kafka::result describe(std::span<const std::string> topics, std::map<std::string, std::int32_t>& partitions,
                           kafka::milliseconds timeout) override {
        if (auto failed = script_->next("describe")) return *failed;
        return real_->describe(topics, partitions, timeout);
    }
    kafka::result list(std::vector<std::string>& topics, kafka::milliseconds timeout) override {
        return real_->list(topics, timeout);
    }
    kafka::result create(std::span<const kafka::new_topic> topics, kafka::milliseconds timeout) override {
        if (auto failed = script_->next("create")) return *failed;
        return real_->create(topics, timeout);
    }
    kafka::result remove(std::span<const std::string> topics, kafka::milliseconds timeout) override {
        return real_->remove(topics, timeout);
    }
    kafka::result delete_records(std::span<const std::pair<topic_partition, std::int64_t>> before,
                                 kafka::milliseconds timeout) override {
        return real_->delete_records(before, timeout);
    }

private:
    std::unique_ptr<kafka::admin> real_;
    std::shared_ptr<script> script_;
};

/// Clients of a cluster whose calls fail as a script says. The restore consumer always works.
class scripted_clients final : public kafka::client_supplier {
public:
    scripted_clients(std::shared_ptr<kafka::client_supplier> real, std::shared_ptr<script> by)
        : real_(std::move(real)), script_(std::move(by)) {}
    std::unique_ptr<kafka::consumer> make_consumer(const kafka::consumer_options& options) override {
        if (options.restore) return real_->make_consumer(options);
        return std::make_unique<scripted_consumer>(real_->make_consumer(options), script_);
    }
    std::unique_ptr<kafka::producer> make_producer(const kafka::producer_options& options) override {
        script_->count("make_producer");
        return std::make_unique<scripted_producer>(real_->make_producer(options), script_);
    }
    std::unique_ptr<kafka::admin> make_admin(const std::string& client_id) override {
        return std::make_unique<scripted_admin>(real_->make_admin(client_id), script_);
    }

private:
    std::shared_ptr<kafka::client_supplier> real_;
    std::shared_ptr<script> script_;
};

} // namespace streams::testing_support
