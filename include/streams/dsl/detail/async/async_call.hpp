#pragma once

#include <streams/core/headers.hpp>
#include <streams/core/record.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

namespace streams::inline v0::detail {

/// A record for which an asynchronous operator calls another service; kept by its node, and by those who are to answer.
struct async_call {
    async_call() = default;
    virtual ~async_call() = default;
    async_call(const async_call&) = delete;
    async_call& operator=(const async_call&) = delete;

    // As the record came. Of the node's thread, like what follows.
    record_metadata from{};
    std::int64_t timestamp = -1; ///< ms since the epoch
    streams::headers headers{};

    std::size_t bytes = 0;              ///< of memory, about
    std::uint64_t number = 0;           ///< in the order in which they came
    std::optional<std::string> chain{}; ///< records of one chain are kept in order; nullopt: it is in none
    async_call* behind = nullptr;       ///< the next one of its chain
    bool first = true;                  ///< of its chain
    bool done = false;                  ///< answered for good, with `failure` or without
    std::int32_t attempts = 0;
    bool backing_off = false; ///< before the next attempt
    std::int64_t due = -1;    ///< that, or the timeout of the one that was made, steady ms

    // Of whoever answers the open attempt, which the answer_box gives to one; once that is taken, of the node's thread.
    std::int32_t open_attempt = 0; ///< 0: none
    std::exception_ptr failure{};  ///< null: there is a result
    std::shared_ptr<async_call> next_answered{};
};

/// One that is answered with a T.
template <class T>
struct answered_call : async_call {
    std::optional<T> result{};
};

/// One attempt at a call, for those who may answer it, once. At its end it has failed where nobody has. Thread-safe.
class async_attempt {
public:
    async_attempt() = default;
    virtual ~async_attempt() = default;
    async_attempt(const async_attempt&) = delete;
    async_attempt& operator=(const async_attempt&) = delete;

    /// `put` writes the result into the call, where the answer counts.
    template <class Put>
    void answer(Put&& put) const {
        answer_by([](void* result, async_call& call) { (*static_cast<std::remove_reference_t<Put>*>(result))(call); },
                  &put);
    }
    virtual void fail(std::exception_ptr failure) const noexcept = 0;

protected:
    virtual void answer_by(void (*put)(void* result, async_call& call), void* result) const = 0;
};

} // namespace streams::inline v0::detail
