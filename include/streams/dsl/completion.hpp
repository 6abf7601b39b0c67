#pragma once

#include <streams/dsl/detail/async/async_call.hpp>

#include <concepts>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

namespace streams::inline v0 {

/// How one call of an asynchronous operator is answered, with a value or an exception: by any thread, at any time, also after
/// the application is gone. The first answer counts; later ones, and those that come after the call's timeout, are
/// ignored. Copies answer the same call; where the last of them goes without an answer, the call has failed. Key and
/// value that the call was given, and the functor itself, stay valid for as long as there is a copy. REQUIRES of its
/// members: it was not moved from.
template <class T>
class completion {
    static_assert(std::is_object_v<T> && !std::is_const_v<T>,
                  "a completion is answered with a value: its type is neither void nor a reference nor const");

public:
    using value_type = T;

    /// For the library.
    explicit completion(std::shared_ptr<const detail::async_attempt> call) noexcept : call_(std::move(call)) {}

    void set_value(T value) const {
        call_->answer([&](detail::async_call& call) {
            static_cast<detail::answered_call<T>&>(call).result.emplace(std::move(value));
        });
    }
    /// Null counts as an exception too.
    void set_exception(std::exception_ptr failure) const noexcept { call_->fail(std::move(failure)); }
    template <std::derived_from<std::exception> E>
    void set_exception(E failure) const noexcept {
        set_exception(std::make_exception_ptr(std::move(failure)));
    }

private:
    std::shared_ptr<const detail::async_attempt> call_;
};

} // namespace streams::inline v0
