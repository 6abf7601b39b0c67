#pragma once

#include "src/embedded/cluster.hpp"
#include "src/kafka/client.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace streams::inline v0::embedded {

/// A producer of the cluster: what is appended is in the log, and acknowledged, when append returns; in a transaction it
/// counts when that is committed. Destroyed without an end, the transaction is open until its time is over, or until
/// another producer takes the transactional id over.
class producer final : public kafka::producer {
public:
    producer(std::shared_ptr<cluster> cluster, kafka::producer_options options);

    [[nodiscard]] std::int32_t open(std::string_view topic, bool offsets_wanted) override;
    [[nodiscard]] std::int32_t partitions(std::int32_t topic, kafka::milliseconds timeout) override;
    kafka::result append(const kafka::producer_record& record) override;
    void poll(kafka::milliseconds timeout) override;
    kafka::result flush(kafka::milliseconds timeout) override;
    [[nodiscard]] std::vector<kafka::delivery_failure> take_failures() override;
    [[nodiscard]] std::optional<std::int64_t> last_offset(std::int32_t topic, std::int32_t partition) override;

    kafka::result init_transactions(kafka::milliseconds timeout) override;
    kafka::result begin_transaction() override;
    kafka::result send_offsets(std::span<const kafka::committed_offset> offsets, const kafka::group_metadata& group,
                               kafka::milliseconds timeout) override;
    kafka::result commit_transaction(kafka::milliseconds timeout) override;
    kafka::result abort_transaction(kafka::milliseconds timeout) override;
    void close() override;

private:
    enum class phase {
        not_started, ///< of transactions; or there are none
        ready,
        in_transaction,
        to_abort, ///< something of the transaction has failed
        fenced,
    };
    struct destination {
        std::string name;
        bool offsets_wanted = false;
        std::shared_ptr<topic> to{};
        std::vector<std::optional<std::int64_t>> last{};
        std::size_t sticky_partition = 0; ///< for null keys
        std::size_t sticky_bytes = 0;     ///< what it has had in this turn
    };

    [[nodiscard]] bool look_up(destination& target) const;
    [[nodiscard]] static std::size_t place(destination& at, const kafka::producer_record& record);
    /// Writes to the log; in a transaction what fails has it aborted.
    [[nodiscard]] kafka::result write(partition_log& to, const frame_source& record, std::int64_t& offset);
    [[nodiscard]] kafka::result refuse_transaction(phase wanted, std::string_view doing) const;
    kafka::result end_transaction(bool commit);
    void fail(const destination& at, std::int32_t partition, const kafka::producer_record& record, kafka::result why);

    const std::shared_ptr<cluster> cluster_;
    const kafka::producer_options options_;
    std::vector<destination> destinations_;
    std::vector<kafka::delivery_failure> failures_;
    phase at_ = phase::not_started;
    producer_stamp stamp_{};
    bool closed_ = false;
};

} // namespace streams::inline v0::embedded
