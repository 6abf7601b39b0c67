#pragma once

#include "src/runtime/commit/committer.hpp"
#include "src/runtime/thread/thread_environment.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

namespace streams::inline v0 {

/// Commits so that no record is lost: waits for all that was sent, then commits the offsets by the group's consumer. What was
/// sent before an abort stays sent; it is sent again.
class at_least_once final : public committer {
public:
    using make_producer = std::function<std::unique_ptr<kafka::producer>()>;

    /// All but `make` outlive the committer. `sent` counts records handed over.
    at_least_once(make_producer make, kafka::consumer& consumer, const thread_environment& environment,
                  std::atomic<std::uint64_t>& sent);

    [[nodiscard]] producing_collector& collector() noexcept override { return collector_; }
    void prepare(std::span<stream_task* const> tasks, const patience& within) override;
    std::vector<kafka::committed_offset> commit(std::span<stream_task* const> tasks, bool all_queued,
                                                const patience& within) override;
    void abort() override { collector_.forget_failure(); }
    void renew() override;
    void close() noexcept override;

private:
    make_producer make_;
    std::unique_ptr<kafka::producer> producer_;
    kafka::consumer& consumer_;
    producing_collector collector_;
};

} // namespace streams::inline v0
