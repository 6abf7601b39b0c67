#pragma once

#include <streams/core/error.hpp>

#include <exception>
#include <new>
#include <utility>

namespace streams::inline v0 {

/// The first failure since a task was called that is no fault of the record at hand: it goes up through nodes, whose code may
/// catch it, and the task throws it all the same once they return. One thread at a time.
class kept_failure {
public:
    /// REQUIRES: called in a catch clause.
    void keep() noexcept {
        if (!failure_) failure_ = std::current_exception();
    }
    void forget() noexcept {
        if (failure_) failure_ = nullptr;
    }
    /// Throws it, where there is one.
    void rethrow() const {
        if (failure_) [[unlikely]]
            std::rethrow_exception(failure_);
    }

private:
    std::exception_ptr failure_;
};

/// Calls `work` for a node of a store, and keeps what disk and memory refuse. `kept`: null: nobody asks.
template <class Work>
decltype(auto) keeping_failure(kept_failure* kept, Work&& work) {
    try {
        return std::forward<Work>(work)();
    } catch (const state_error&) {
        if (kept != nullptr) kept->keep();
        throw;
    } catch (const std::bad_alloc&) {
        if (kept != nullptr) kept->keep();
        throw;
    }
}

} // namespace streams::inline v0
