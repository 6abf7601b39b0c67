#pragma once

#include <exception>
#include <utility>

namespace streams::inline v0 {

/// Of several things that are all done, whichever of them fail: keeps the first failure, to be thrown at the end.
class first_failure {
public:
    template <class Work>
    void attempt(Work&& work) noexcept {
        try {
            std::forward<Work>(work)();
        } catch (...) {
            if (!failure_) failure_ = std::current_exception();
        }
    }
    /// Throws it, where there was one.
    void rethrow() const {
        if (failure_) std::rethrow_exception(failure_);
    }

private:
    std::exception_ptr failure_;
};

} // namespace streams::inline v0
