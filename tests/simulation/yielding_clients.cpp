#include "simulation/yielding_clients.hpp"

#include <streams/core/error.hpp>

#include <string>
#include <utility>

namespace streams::simulation {
namespace {

using kafka::milliseconds;
using kafka::result;

/// Makes a call with a yield point before it and one after.
template <class Call>
auto between_yields(seeded_scheduler& scheduler, const std::string& place, Call&& call) {
    scheduler.yield(place);
    auto answer = call();
    scheduler.yield(place + ", done");
    return answer;
}

class yielding_consumer final : public kafka::consumer {
public:
    yielding_consumer(std::unique_ptr<kafka::consumer> real, seeded_scheduler& scheduler)
        : real_(std::move(real)), scheduler_(scheduler) {}

    result subscribe(std::span<const std::string> topics) override {
        return between_yields(scheduler_, "subscribe", [&] { return real_->subscribe(topics); });
    }
    result assign(std::span<const std::pair<topic_partition, std::int64_t>> partitions) override {
        return between_yields(scheduler_, "assign", [&] { return real_->assign(partitions); });
    }
    kafka::poll_result poll(milliseconds timeout, std::size_t max_records) override {
        return between_yields(scheduler_, "poll", [&] { return real_->poll(timeout, max_records); });
    }
    void wakeup() override { real_->wakeup(); }
    result acknowledge(const kafka::rebalance& change,
                       std::span<const std::pair<topic_partition, std::int64_t>> positions, bool paused) override {
        return between_yields(scheduler_, "acknowledge", [&] { return real_->acknowledge(change, positions, paused); });
    }
    result pause(std::span<const topic_partition> partitions) override {
        return between_yields(scheduler_, "pause", [&] { return real_->pause(partitions); });
    }
    result resume(std::span<const topic_partition> partitions) override {
        return between_yields(scheduler_, "resume", [&] { return real_->resume(partitions); });
    }
    result seek(const topic_partition& partition, std::int64_t offset) override {
        return between_yields(scheduler_, concat("seek ", to_string(partition), " to ", offset),
                              [&] { return real_->seek(partition, offset); });
    }
    std::optional<std::int64_t> position(const topic_partition& partition) override {
        return real_->position(partition); // asks nobody
    }
    std::optional<std::int64_t> known_end(const topic_partition& partition) override {
        return real_->known_end(partition); // asks nobody
    }
    std::optional<std::int64_t> known_high_watermark(const topic_partition& partition) override {
        return real_->known_high_watermark(partition); // asks nobody
    }
    result commit(std::span<const kafka::committed_offset> offsets, milliseconds timeout) override {
        std::string place = "commit";
        for (const auto& each : offsets) place += concat(' ', to_string(each.partition), '@', each.offset);
        return between_yields(scheduler_, place, [&] { return real_->commit(offsets, timeout); });
    }
    result committed(std::span<const topic_partition> partitions, std::vector<kafka::committed_offset>& found,
                     milliseconds timeout) override {
        return between_yields(scheduler_, "committed", [&] { return real_->committed(partitions, found, timeout); });
    }
    result bounds(const topic_partition& partition, kafka::log_bounds& found, milliseconds timeout) override {
        return between_yields(scheduler_, "bounds of " + to_string(partition),
                              [&] { return real_->bounds(partition, found, timeout); });
    }
    result group_members(std::vector<kafka::group_member>& found, milliseconds timeout) override {
        return between_yields(scheduler_, "group_members", [&] { return real_->group_members(found, timeout); });
    }
    kafka::group_metadata group() override { return real_->group(); }
    std::optional<std::int32_t> generation() override { return real_->generation(); }
    void leave() override {
        scheduler_.yield("leaving the group");
        real_->leave();
    }
    void close() override {
        scheduler_.yield("close of a consumer");
        real_->close();
    }

private:
    std::unique_ptr<kafka::consumer> real_;
    seeded_scheduler& scheduler_;
};

class yielding_producer final : public kafka::producer {
public:
    yielding_producer(std::unique_ptr<kafka::producer> real, seeded_scheduler& scheduler)
        : real_(std::move(real)), scheduler_(scheduler) {}

    std::int32_t open(std::string_view topic, bool offsets_wanted) override {
        return real_->open(topic, offsets_wanted);
    }
    std::int32_t partitions(std::int32_t topic, milliseconds timeout) override {
        return between_yields(scheduler_, "partitions", [&] { return real_->partitions(topic, timeout); });
    }
    result append(const kafka::producer_record& record) override {
        const auto key = record.key ? std::string(record.key->text()) : std::string();
        return between_yields(scheduler_, concat("append ", record.topic, ' ', key),
                              [&] { return real_->append(record); });
    }
    void poll(milliseconds timeout) override {
        scheduler_.yield("poll of a producer");
        real_->poll(timeout);
    }
    result flush(milliseconds timeout) override {
        return between_yields(scheduler_, "flush", [&] { return real_->flush(timeout); });
    }
    std::vector<kafka::delivery_failure> take_failures() override { return real_->take_failures(); }
    std::optional<std::int64_t> last_offset(std::int32_t topic, std::int32_t partition) override {
        return real_->last_offset(topic, partition);
    }
    result init_transactions(milliseconds timeout) override {
        return between_yields(scheduler_, "init_transactions", [&] { return real_->init_transactions(timeout); });
    }
    result begin_transaction() override {
        return between_yields(scheduler_, "begin_transaction", [&] { return real_->begin_transaction(); });
    }
    result send_offsets(std::span<const kafka::committed_offset> offsets, const kafka::group_metadata& group,
                        milliseconds timeout) override {
        return between_yields(scheduler_, "send_offsets", [&] { return real_->send_offsets(offsets, group, timeout); });
    }
    result commit_transaction(milliseconds timeout) override {
        return between_yields(scheduler_, "commit_transaction", [&] { return real_->commit_transaction(timeout); });
    }
    result abort_transaction(milliseconds timeout) override {
        return between_yields(scheduler_, "abort_transaction", [&] { return real_->abort_transaction(timeout); });
    }
    void close() override {
        scheduler_.yield("close of a producer");
        real_->close();
    }

private:
    std::unique_ptr<kafka::producer> real_;
    seeded_scheduler& scheduler_;
};

class yielding_admin final : public kafka::admin {
public:
    yielding_admin(std::unique_ptr<kafka::admin> real, seeded_scheduler& scheduler)
        : real_(std::move(real)), scheduler_(scheduler) {}

    result describe(std::span<const std::string> topics, std::map<std::string, std::int32_t>& partitions,
                    milliseconds timeout) override {
        return between_yields(scheduler_, "describe", [&] { return real_->describe(topics, partitions, timeout); });
    }
    result describe_configs(std::span<const std::string> topics,
                            std::map<std::string, std::map<std::string, std::string>>& found,
                            milliseconds timeout) override {
        return between_yields(scheduler_, "describe_configs",
                              [&] { return real_->describe_configs(topics, found, timeout); });
    }
    result bounds(const topic_partition& partition, kafka::log_bounds& found, milliseconds timeout) override {
        return between_yields(scheduler_, "bounds", [&] { return real_->bounds(partition, found, timeout); });
    }
    result list(std::vector<std::string>& topics, milliseconds timeout) override {
        return between_yields(scheduler_, "list", [&] { return real_->list(topics, timeout); });
    }
    result create(std::span<const kafka::new_topic> topics, milliseconds timeout) override {
        return between_yields(scheduler_, "create", [&] { return real_->create(topics, timeout); });
    }
    result remove(std::span<const std::string> topics, milliseconds timeout) override {
        return between_yields(scheduler_, "remove", [&] { return real_->remove(topics, timeout); });
    }
    result delete_records(std::span<const std::pair<topic_partition, std::int64_t>> before,
                          milliseconds timeout) override {
        return between_yields(scheduler_, "delete_records", [&] { return real_->delete_records(before, timeout); });
    }

private:
    std::unique_ptr<kafka::admin> real_;
    seeded_scheduler& scheduler_;
};

class yielding_clients final : public kafka::client_supplier {
public:
    yielding_clients(std::shared_ptr<kafka::client_supplier> real, seeded_scheduler& scheduler)
        : real_(std::move(real)), scheduler_(scheduler) {}
    std::unique_ptr<kafka::consumer> make_consumer(const kafka::consumer_options& options) override {
        return std::make_unique<yielding_consumer>(real_->make_consumer(options), scheduler_);
    }
    std::unique_ptr<kafka::producer> make_producer(const kafka::producer_options& options) override {
        return std::make_unique<yielding_producer>(real_->make_producer(options), scheduler_);
    }
    std::unique_ptr<kafka::admin> make_admin(const std::string& client_id) override {
        return std::make_unique<yielding_admin>(real_->make_admin(client_id), scheduler_);
    }

private:
    std::shared_ptr<kafka::client_supplier> real_;
    seeded_scheduler& scheduler_;
};

} // namespace

std::shared_ptr<kafka::client_supplier> make_yielding_clients(std::shared_ptr<kafka::client_supplier> real,
                                                              seeded_scheduler& scheduler) {
    return std::make_shared<yielding_clients>(std::move(real), scheduler);
}

} // namespace streams::simulation
