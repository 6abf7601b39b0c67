#pragma once

#include "faults/fault_plan.hpp"
#include "src/kafka/client.hpp"

#include <concepts>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace streams::testing_support {

/// Makes a call of a client, unless the plan has it fail first; the plan's failure where it has it fail.
template <std::invocable Work>
kafka::result with_faults(fault_plan& plan, call at, Work&& work) {
    const auto fault = plan.next(at);
    if (fault.failure && !fault.after) return *fault.failure;
    auto answer = work();
    return fault.failure ? *fault.failure : answer;
}

/// The same of a call that only asks: an answer that is lost has told nothing.
template <std::invocable Work>
kafka::result asked_with_faults(fault_plan& plan, call at, Work&& work) {
    const auto fault = plan.next(at);
    return fault.failure ? *fault.failure : work();
}

class faulty_consumer final : public kafka::consumer {
public:
    faulty_consumer(std::unique_ptr<kafka::consumer> real, std::shared_ptr<fault_plan> plan)
        : real_(std::move(real)), plan_(std::move(plan)) {}

    kafka::result subscribe(std::span<const std::string> topics) override {
        return with_faults(*plan_, call::subscribe, [&] { return real_->subscribe(topics); });
    }
    kafka::result assign(std::span<const std::pair<topic_partition, std::int64_t>> partitions) override {
        return with_faults(*plan_, call::assign, [&] { return real_->assign(partitions); });
    }
    /// What a poll has brought is not lost: a lost answer is a failure that comes with it.
    kafka::poll_result poll(kafka::milliseconds timeout, std::size_t max_records) override {
        const auto fault = plan_->next(call::poll);
        kafka::poll_result polled;
        if (!fault.failure || fault.after) polled = real_->poll(timeout, max_records);
        if (fault.failure) polled.errors.push_back(*fault.failure);
        if (!polled.rebalances.empty())
            for (auto& partition : plan_->note_rebalance()) polled.out_of_range.push_back(std::move(partition));
        return polled;
    }
    void wakeup() override { real_->wakeup(); }
    kafka::result acknowledge(const kafka::rebalance& change,
                              std::span<const std::pair<topic_partition, std::int64_t>> positions,
                              bool paused) override {
        return with_faults(*plan_, call::acknowledge, [&] { return real_->acknowledge(change, positions, paused); });
    }
    kafka::result pause(std::span<const topic_partition> partitions) override {
        return with_faults(*plan_, call::pause, [&] { return real_->pause(partitions); });
    }
    kafka::result resume(std::span<const topic_partition> partitions) override {
        return with_faults(*plan_, call::resume, [&] { return real_->resume(partitions); });
    }
    kafka::result seek(const topic_partition& partition, std::int64_t offset) override {
        return with_faults(*plan_, call::seek, [&] { return real_->seek(partition, offset); });
    }
    std::optional<std::int64_t> position(const topic_partition& partition) override {
        return real_->position(partition);
    }
    std::optional<std::int64_t> known_end(const topic_partition& partition) override {
        return real_->known_end(partition);
    }
    std::optional<std::int64_t> known_high_watermark(const topic_partition& partition) override {
        return real_->known_high_watermark(partition);
    }
    kafka::result commit(std::span<const kafka::committed_offset> offsets, kafka::milliseconds timeout) override {
        return with_faults(*plan_, call::commit, [&] { return real_->commit(offsets, timeout); });
    }
    kafka::result committed(std::span<const topic_partition> partitions, std::vector<kafka::committed_offset>& found,
                            kafka::milliseconds timeout) override {
        return asked_with_faults(*plan_, call::committed, [&] { return real_->committed(partitions, found, timeout); });
    }
    kafka::result bounds(const topic_partition& partition, kafka::log_bounds& found,
                         kafka::milliseconds timeout) override {
        return asked_with_faults(*plan_, call::bounds, [&] { return real_->bounds(partition, found, timeout); });
    }
    kafka::result group_members(std::vector<kafka::group_member>& found, kafka::milliseconds timeout) override {
        return asked_with_faults(*plan_, call::group_members, [&] { return real_->group_members(found, timeout); });
    }
    kafka::group_metadata group() override { return real_->group(); }
    std::optional<std::int32_t> generation() override { return real_->generation(); }
    void leave() override { real_->leave(); }
    void close() override { real_->close(); }

private:
    std::unique_ptr<kafka::consumer> real_;
    std::shared_ptr<fault_plan> plan_;
};

class faulty_producer final : public kafka::producer {
public:
    faulty_producer(std::unique_ptr<kafka::producer> real, std::shared_ptr<fault_plan> plan)
        : real_(std::move(real)), plan_(std::move(plan)) {}

    std::int32_t open(std::string_view topic, bool offsets_wanted) override {
        const auto id = real_->open(topic, offsets_wanted);
        names_[id] = topic;
        return id;
    }
    std::int32_t partitions(std::int32_t topic, kafka::milliseconds timeout) override {
        return plan_->next(call::partitions).failure ? 0 : real_->partitions(topic, timeout);
    }
    /// A record that was not taken is in nobody's hands: no answer is lost on the way.
    kafka::result append(const kafka::producer_record& record) override {
        return asked_with_faults(*plan_, call::append, [&] {
            last_ = {names_.at(record.topic), record.partition.value_or(0)};
            unflushed_ = true;
            const auto fault = plan_->next(call::deliver);
            const auto answer = fault.failure && !fault.after ? kafka::result() : write(record);
            if (fault.failure) failures_.push_back(kafka::failure_of(last_, record, *fault.failure));
            return answer;
        });
    }
    void poll(kafka::milliseconds timeout) override {
        write_held();
        real_->poll(timeout);
    }
    kafka::result flush(kafka::milliseconds timeout) override {
        return with_faults(*plan_, call::flush, [&] {
            if (!write_held()) return kafka::result(kafka::error_class::retriable, "records wait for their leader");
            unflushed_ = false;
            return real_->flush(timeout);
        });
    }
    std::vector<kafka::delivery_failure> take_failures() override {
        auto failures = real_->take_failures();
        for (auto& each : std::exchange(failures_, {})) failures.push_back(std::move(each));
        if (const auto fault = plan_->next(call::take_failures); fault.failure)
            failures.push_back({last_, *fault.failure});
        return failures;
    }
    std::optional<std::int64_t> last_offset(std::int32_t topic, std::int32_t partition) override {
        return real_->last_offset(topic, partition);
    }
    kafka::result init_transactions(kafka::milliseconds timeout) override {
        return resumed(call::init_transactions, [&] { return real_->init_transactions(timeout); });
    }
    kafka::result begin_transaction() override {
        return with_faults(*plan_, call::begin_transaction, [&] { return real_->begin_transaction(); });
    }
    kafka::result send_offsets(std::span<const kafka::committed_offset> offsets, const kafka::group_metadata& group,
                               kafka::milliseconds timeout) override {
        return with_faults(*plan_, call::send_offsets, [&] { return real_->send_offsets(offsets, group, timeout); });
    }
    kafka::result commit_transaction(kafka::milliseconds timeout) override {
        return resumed(call::commit_transaction, [&] { return real_->commit_transaction(timeout); });
    }
    kafka::result abort_transaction(kafka::milliseconds timeout) override {
        return resumed(call::abort_transaction, [&] { return real_->abort_transaction(timeout); });
    }
    void close() override {
        if (std::exchange(unflushed_, false)) static_cast<void>(plan_->next(call::close_unflushed));
        real_->close();
    }

private:
    struct held_record {
        kafka::producer_record record;
        std::optional<std::string> key{};
        std::optional<std::string> value{};
        std::optional<streams::headers> headers{};
    };
    static std::optional<std::string> copy_of(const std::optional<bytes_view>& bytes) {
        return bytes ? std::optional<std::string>(bytes->text()) : std::nullopt;
    }
    kafka::result write(const kafka::producer_record& record) {
        if (!plan_->holds_records()) return write_held() ? real_->append(record) : kafka::result();
        held_.push_back({record, copy_of(record.key), copy_of(record.value)});
        if (record.headers != nullptr) held_.back().headers = *record.headers;
        return {};
    }
    /// Whether nothing is held any more.
    bool write_held() {
        if (plan_->holds_records()) return held_.empty();
        for (held_record& each : std::exchange(held_, {})) {
            if (each.key) each.record.key = bytes_view(std::string_view(*each.key));
            if (each.value) each.record.value = bytes_view(std::string_view(*each.value));
            each.record.headers = each.headers ? &*each.headers : nullptr;
            static_cast<void>(real_->append(each.record));
        }
        return true;
    }
    /// A call that goes on where its answer is lost: the next one says what became of it.
    template <std::invocable Work>
    kafka::result resumed(call at, Work&& work) {
        const auto fault = plan_->next(at);
        if (fault.failure && !fault.after) return *fault.failure;
        auto answer = unheard_ ? *std::exchange(unheard_, std::nullopt) : work();
        if (!fault.failure) return answer;
        if (fault.failure->kind() == kafka::error_class::retriable) unheard_ = std::move(answer);
        return *fault.failure;
    }

    std::unique_ptr<kafka::producer> real_;
    std::shared_ptr<fault_plan> plan_;
    std::optional<kafka::result> unheard_;      ///< the answer that the last call of `resumed` lost
    std::map<std::int32_t, std::string> names_; ///< of the topics that were opened
    topic_partition last_;                      ///< where the last record was to go
    std::vector<kafka::delivery_failure> failures_;
    std::deque<held_record> held_;
    bool unflushed_ = false;
};

class faulty_admin final : public kafka::admin {
public:
    faulty_admin(std::unique_ptr<kafka::admin> real, std::shared_ptr<fault_plan> plan,
                 std::shared_ptr<fault_plan> restoring)
        : real_(std::move(real)), plan_(std::move(plan)), restoring_(std::move(restoring)) {}

    kafka::result describe(std::span<const std::string> topics, std::map<std::string, std::int32_t>& partitions,
                           kafka::milliseconds timeout) override {
        return asked_with_faults(*plan_, call::describe, [&] { return real_->describe(topics, partitions, timeout); });
    }
    kafka::result describe_configs(std::span<const std::string> topics,
                                   std::map<std::string, std::map<std::string, std::string>>& found,
                                   kafka::milliseconds timeout) override {
        return asked_with_faults(*plan_, call::describe_configs,
                                 [&] { return real_->describe_configs(topics, found, timeout); });
    }
    kafka::result bounds(const topic_partition& partition, kafka::log_bounds& found,
                         kafka::milliseconds timeout) override {
        return asked_with_faults(*restoring_, call::bounds, [&] { return real_->bounds(partition, found, timeout); });
    }
    kafka::result list(std::vector<std::string>& topics, kafka::milliseconds timeout) override {
        return asked_with_faults(*plan_, call::list, [&] { return real_->list(topics, timeout); });
    }
    kafka::result create(std::span<const kafka::new_topic> topics, kafka::milliseconds timeout) override {
        return with_faults(*plan_, call::create, [&] { return real_->create(topics, timeout); });
    }
    kafka::result remove(std::span<const std::string> topics, kafka::milliseconds timeout) override {
        return with_faults(*plan_, call::remove, [&] { return real_->remove(topics, timeout); });
    }
    kafka::result delete_records(std::span<const std::pair<topic_partition, std::int64_t>> before,
                                 kafka::milliseconds timeout) override {
        return with_faults(*plan_, call::delete_records, [&] { return real_->delete_records(before, timeout); });
    }

private:
    std::unique_ptr<kafka::admin> real_;
    std::shared_ptr<fault_plan> plan_;
    std::shared_ptr<fault_plan> restoring_; ///< of the bounds of changelogs
};

/// Clients of any cluster, whose calls go wrong as a plan says, and what restoration asks as another one does.
class faulty_clients final : public kafka::client_supplier {
public:
    faulty_clients(std::shared_ptr<kafka::client_supplier> real, std::shared_ptr<fault_plan> plan,
                   std::shared_ptr<fault_plan> restoring = std::make_shared<fault_plan>())
        : real_(std::move(real)), plan_(std::move(plan)), restoring_(std::move(restoring)) {}

    std::unique_ptr<kafka::consumer> make_consumer(const kafka::consumer_options& options) override {
        return std::make_unique<faulty_consumer>(real_->make_consumer(options), options.restore ? restoring_ : plan_);
    }
    std::unique_ptr<kafka::producer> make_producer(const kafka::producer_options& options) override {
        static_cast<void>(plan_->next(call::make_producer));
        return std::make_unique<faulty_producer>(real_->make_producer(options), plan_);
    }
    std::unique_ptr<kafka::admin> make_admin(const std::string& client_id) override {
        return std::make_unique<faulty_admin>(real_->make_admin(client_id), plan_, restoring_);
    }

private:
    std::shared_ptr<kafka::client_supplier> real_;
    std::shared_ptr<fault_plan> plan_;
    std::shared_ptr<fault_plan> restoring_;
};

} // namespace streams::testing_support
