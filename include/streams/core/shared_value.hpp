#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace streams::inline v0::detail {

/// A constant value that its copies share. As std::shared_ptr<const T>, but one control block and one set of pointers serve
/// all types: a topology holds many, each of a type of its own, and the compiler would make them all.
template <class T>
class shared_value {
public:
    template <class... Args>
    explicit shared_value(std::in_place_t, Args&&... args)
        : owner_(static_cast<const void*>(new T(std::forward<Args>(args)...)), deleter(&destroy)) {}

    [[nodiscard]] const T& operator*() const noexcept { return *static_cast<const T*>(owner_.get()); }
    [[nodiscard]] const T* operator->() const noexcept { return static_cast<const T*>(owner_.get()); }

private:
    using deleter = void (*)(const void*) noexcept;
    static void destroy(const void* erased) noexcept { delete static_cast<const T*>(erased); }

    std::shared_ptr<const void> owner_;
};

} // namespace streams::inline v0::detail
