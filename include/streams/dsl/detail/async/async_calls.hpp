#pragma once

#include <streams/dsl/async.hpp>
#include <streams/dsl/detail/async/async_call.hpp>
#include <streams/topology/node.hpp>
#include <streams/topology/task_context.hpp>

#include <chrono>
#include <cstdint>
#include <memory>

namespace streams::inline v0::detail {

/// Throws topology_error for impossible options.
[[nodiscard]] async_options checked(const async_options& options);
/// For how long one record is called for at most, with all that is tried again.
[[nodiscard]] std::chrono::milliseconds longest_wait(const async_options& options);

/// What a node does with its calls.
class async_operation {
public:
    /// Makes an attempt. What it throws is the answer.
    virtual void call(const async_call& made, std::shared_ptr<const async_attempt> attempt) = 0;
    /// Forwards the record, which was answered with a result.
    virtual void forward_result(async_call& answered) = 0;

protected:
    ~async_operation() = default;
};

/// The calls that one node has under way: when each is made, how long it is waited for, how often it is tried again, and in
/// what order the records go on. One that fails for good goes to the processing exception handler.
class async_calls {
public:
    /// `owner`: whose calls they are, which `operation` makes; both outlive this.
    async_calls(const node& owner, async_operation& operation, const async_options& options);
    ~async_calls();
    async_calls(const async_calls&) = delete;
    async_calls& operator=(const async_calls&) = delete;

    void begin(task_context& task);
    /// The record at hand, which is to be called for. `chain` is set where it is ordered by key, and `bytes`.
    void add(std::shared_ptr<async_call> call, std::int64_t timestamp, const headers& of_record);
    /// Answers are ignored from now on.
    void close() noexcept;

private:
    class in_flight;
    std::unique_ptr<in_flight> in_flight_;
};

} // namespace streams::inline v0::detail
