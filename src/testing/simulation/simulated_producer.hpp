#pragma once

#include "src/testing/simulation/simulated_process.hpp"

#include <streams/core/bytes.hpp>
#include <streams/core/headers.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace streams::inline v0::simulated {

/// A producer of a process. What is appended waits until a poll or a flush sends it; a transaction of which an answer was
/// lost is asked for again by the same call, as librdkafka has it.
class simulated_producer final : public kafka::producer, private severed {
public:
    simulated_producer(std::shared_ptr<simulated_process> process, const kafka::producer_options& options);
    ~simulated_producer() override;
    simulated_producer(const simulated_producer&) = delete;
    simulated_producer& operator=(const simulated_producer&) = delete;

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
    struct queued {
        std::int32_t topic = 0;
        std::optional<std::int32_t> partition{};
        std::optional<bytes> key{};
        std::optional<bytes> value{};
        std::int64_t timestamp = -1;
        std::optional<streams::headers> headers{};
        std::uint64_t tag = 0;
    };
    /// The calls of which one may be in doubt: made, and not answered.
    enum class step { init, commit, abort };

    void sever(std::optional<std::int64_t> arrives_in) override;
    [[nodiscard]] static kafka::producer_record view_of(const queued& record);
    void deliver(std::size_t most);
    void deliver_first();
    [[nodiscard]] bool has_leader(const queued& record) const;
    [[nodiscard]] kafka::result ended(kafka::result answer);
    /// Makes a call that ends something, once, however often it is asked for until it is answered.
    template <class Work>
    [[nodiscard]] kafka::result once(step which, seam_call call, Work&& work);
    /// Makes a call that a fence ends for ever.
    template <class Work>
    [[nodiscard]] kafka::result until_fenced(seam_call call, Work&& work);

    std::shared_ptr<simulated_process> process_;
    bool transactional_;
    std::unique_ptr<kafka::producer> real_; ///< null: somebody else delivers what was queued
    std::deque<queued> queue_;
    std::vector<std::string> names_; ///< of topics, by their numbers
    std::vector<kafka::delivery_failure> failures_;
    std::optional<std::pair<step, kafka::result>> in_doubt_; ///< what a call had done whose answer was lost
    bool in_transaction_ = false;
    bool to_abort_ = false; ///< a record of the transaction was not delivered
    bool fenced_ = false;   ///< and it was told so
};

} // namespace streams::inline v0::simulated
