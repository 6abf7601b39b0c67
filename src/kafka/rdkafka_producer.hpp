#pragma once

#include "src/kafka/client.hpp"
#include "src/kafka/rdkafka_client.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace streams::inline v0::kafka {

/// A topic that a producer writes to.
struct produced_topic {
    std::string name;
    topic_ptr handle;
    bool offsets_wanted = false;
    std::vector<std::int64_t> last_offsets; ///< by partition, -1: none acknowledged
};

/// The times of the newest records with a tag, which librdkafka does not give back where it reports a failure.
class recent_times {
public:
    void add(const produced_topic& topic, std::uint64_t tag, std::int64_t timestamp) {
        if (records_.empty()) records_.resize(most);
        records_[next_++ % most] = {&topic, tag, timestamp};
    }
    /// ms since the epoch; -1: it had none, or was followed by too many, or several with this tag have different ones.
    [[nodiscard]] std::int64_t find(const produced_topic& topic, std::uint64_t tag) const noexcept;

private:
    static constexpr std::size_t most = 16'384; ///< more than are usually on their way
    struct sent {
        const produced_topic* topic = nullptr;
        std::uint64_t tag = 0;
        std::int64_t timestamp = -1;
    };
    std::vector<sent> records_;
    std::size_t next_ = 0;
};

/// What a producer learns of its records once they are acknowledged or have failed.
class producer_events final : public client_events {
public:
    producer_events(std::shared_ptr<rdkafka_cluster> cluster, bool transactional)
        : client_events(std::move(cluster)), transactional_(transactional) {}
    void on_delivery(const rd_kafka_message_t& message) noexcept override;

    std::vector<delivery_failure> failures;
    recent_times times;
    std::uint64_t acknowledged = 0; ///< records

private:
    bool transactional_;
};

/// The producer of the seam on librdkafka. A record whose partition is not given is placed by librdkafka's own murmur2,
/// which follows the topic's partition count as Java's producer does.
class rdkafka_producer final : public producer {
public:
    rdkafka_producer(const streams_config& config, const producer_options& options,
                     std::shared_ptr<rdkafka_cluster> cluster);
    ~rdkafka_producer() override;

    [[nodiscard]] std::int32_t open(std::string_view topic, bool offsets_wanted) override;
    [[nodiscard]] std::int32_t partitions(std::int32_t topic, milliseconds timeout) override;
    result append(const producer_record& record) override;
    void poll(milliseconds timeout) override;
    result flush(milliseconds timeout) override;
    [[nodiscard]] std::vector<delivery_failure> take_failures() override;
    [[nodiscard]] std::optional<std::int64_t> last_offset(std::int32_t topic, std::int32_t partition) override;

    result init_transactions(milliseconds timeout) override;
    result begin_transaction() override;
    result send_offsets(std::span<const committed_offset> offsets, const group_metadata& group,
                        milliseconds timeout) override;
    result commit_transaction(milliseconds timeout) override;
    result abort_transaction(milliseconds timeout) override;
    void close() override;

private:
    [[nodiscard]] result answer_of(const error_ptr& error, std::string_view doing) const;
    /// A partition that the topic does not have is a failure of the record.
    result refuse_partition(const produced_topic& topic, const producer_record& record);
    void refuse(const produced_topic& topic, const producer_record& record, result reason);

    struct known_count {
        std::int32_t partitions = 0;
        std::int64_t learned_at_ms = 0; ///< steady
    };

    std::string transactional_id_;      ///< empty: no transactions
    std::deque<produced_topic> topics_; ///< stable addresses: librdkafka's handles point to them
    std::map<std::string, std::int32_t, std::less<>> by_name_;
    std::map<std::int32_t, known_count> counts_;
    std::shared_ptr<rdkafka_client> client_; ///< a call that is left behind has it too
    producer_events* events_ = nullptr;      ///< owned by the client
};

} // namespace streams::inline v0::kafka
