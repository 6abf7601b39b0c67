#include "src/dsl/async/answer_box.hpp"

#include <streams/core/error.hpp>

namespace streams::inline v0::detail {

bool answer_box::claim(async_call& call, std::int32_t attempt) {
    const std::lock_guard lock(mutex_);
    if (closed_ || call.open_attempt != attempt) return false;
    call.open_attempt = 0;
    return true;
}

// What a user's type does is done without the lock.
void answer_box::answer(const std::shared_ptr<async_call>& call, std::int32_t attempt, put_function put, void* result) {
    if (!claim(*call, attempt)) return;
    try {
        put(result, *call);
    } catch (...) {
        call->failure = std::current_exception();
        take_in(call);
        throw;
    }
    take_in(call);
}

void answer_box::fail(const std::shared_ptr<async_call>& call, std::int32_t attempt, std::exception_ptr failure) {
    if (!claim(*call, attempt)) return;
    call->failure = std::move(failure);
    take_in(call);
}

void answer_box::take_in(const std::shared_ptr<async_call>& answered) {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    (last_ == nullptr ? first_ : last_->next_answered) = answered;
    last_ = answered.get();
    any_.store(true, std::memory_order_release);
    if (!std::exchange(awake_, true) && wake_) wake_();
}

void answer_box::open(async_call& call, std::int32_t attempt) {
    call.failure = nullptr; // of the attempt before, which nobody writes to any more
    const std::lock_guard lock(mutex_);
    call.open_attempt = attempt;
}

bool answer_box::withdraw(async_call& call) {
    const std::lock_guard lock(mutex_);
    return std::exchange(call.open_attempt, 0) != 0;
}

std::shared_ptr<async_call> answer_box::take() {
    if (empty()) return nullptr;
    const std::lock_guard lock(mutex_);
    last_ = nullptr;
    any_.store(false, std::memory_order_release);
    return std::exchange(first_, nullptr);
}

void answer_box::rise() {
    const std::lock_guard lock(mutex_);
    awake_ = true;
}

bool answer_box::rest() {
    const std::lock_guard lock(mutex_);
    awake_ = first_ != nullptr;
    return !awake_;
}

void answer_box::close() noexcept {
    std::shared_ptr<async_call> left;
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        last_ = nullptr;
        left = std::move(first_);
    }
    while (left) left = std::exchange(left->next_answered, nullptr); // one by one, where there are many
}

boxed_attempt::~boxed_attempt() {
    if (answered_.load(std::memory_order_relaxed)) return;
    fail(std::make_exception_ptr(streams_error(
        "the completion was dropped without an answer; call set_value or set_exception on every way out")));
}

void boxed_attempt::fail(std::exception_ptr failure) const noexcept {
    if (!failure) failure = std::make_exception_ptr(streams_error("set_exception was called without an exception"));
    box_->fail(call_, number_, std::move(failure));
    answered_.store(true, std::memory_order_relaxed);
}

void boxed_attempt::answer_by(void (*put)(void* result, async_call& call), void* result) const {
    box_->answer(call_, number_, put, result);
    answered_.store(true, std::memory_order_relaxed);
}

} // namespace streams::inline v0::detail
