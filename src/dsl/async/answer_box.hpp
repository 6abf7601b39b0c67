#pragma once

#include <streams/dsl/detail/async/async_call.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace streams::inline v0::detail {

/// Where answers of any thread wait for the thread of a node. Outlives the node with those who may still answer, and takes
/// nothing any more from its `close` on. Thread-safe.
class answer_box {
public:
    using put_function = void (*)(void* result, async_call& call);

    /// `wake`: called where an answer has come while the node's thread rests, under the lock of the box; empty: it looks by
    /// itself.
    explicit answer_box(std::function<void()> wake) : wake_(std::move(wake)) {}

    /// Answers an attempt, where that is open: `put` writes the answer into the call.
    void answer(const std::shared_ptr<async_call>& call, std::int32_t attempt, put_function put, void* result);
    void fail(const std::shared_ptr<async_call>& call, std::int32_t attempt, std::exception_ptr failure);

    // For the node's thread:
    /// Answers to this attempt count.
    void open(async_call& call, std::int32_t attempt);
    /// No answer counts any more. False: one has come.
    [[nodiscard]] bool withdraw(async_call& call);
    /// Those that were answered, each with the next one by next_answered; null: none.
    [[nodiscard]] std::shared_ptr<async_call> take();
    [[nodiscard]] bool empty() const noexcept { return !any_.load(std::memory_order_acquire); }
    /// Says that the thread takes answers without being woken, until it rests. False: it does not rest, since some are there.
    void rise();
    [[nodiscard]] bool rest();
    void close() noexcept;

private:
    /// Whether the attempt is open; then its answer is the caller's, to be written and taken in.
    [[nodiscard]] bool claim(async_call& call, std::int32_t attempt);
    void take_in(const std::shared_ptr<async_call>& answered);

    std::function<void()> wake_;
    std::mutex mutex_; ///< of all below
    std::shared_ptr<async_call> first_;
    async_call* last_ = nullptr;
    bool awake_ = false;
    bool closed_ = false;
    std::atomic<bool> any_{false};
};

/// An attempt whose answer goes into a box.
class boxed_attempt final : public async_attempt {
public:
    boxed_attempt(std::shared_ptr<answer_box> box, std::shared_ptr<async_call> call, std::int32_t number) noexcept
        : box_(std::move(box)), call_(std::move(call)), number_(number) {}
    ~boxed_attempt() override;
    void fail(std::exception_ptr failure) const noexcept override;

protected:
    void answer_by(void (*put)(void* result, async_call& call), void* result) const override;

private:
    std::shared_ptr<answer_box> box_;
    std::shared_ptr<async_call> call_;
    std::int32_t number_;
    mutable std::atomic<bool> answered_{false};
};

} // namespace streams::inline v0::detail
