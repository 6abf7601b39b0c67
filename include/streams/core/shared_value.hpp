#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace streams::inline v0::detail {

/// An object of any type, owned by the copies together. As std::shared_ptr<void>, but all types share one kind of control
/// block: a topology holds many objects, each of a type of its own, and the compiler would make a block for each.
class shared_object {
public:
    shared_object() noexcept = default;
    /// Takes over what `made` points to.
    template <class T>
    explicit shared_object(T* made) : shared_object(static_cast<void*>(made), &destroy<T>) {}

    [[nodiscard]] const void* get() const noexcept { return owner_.get(); }

private:
    using deleter = void (*)(void*) noexcept;
    template <class T>
    static void destroy(void* erased) noexcept {
        delete static_cast<T*>(erased);
    }
    shared_object(void* made, deleter destroy);

    std::shared_ptr<void> owner_;
};

/// A value of type T, or of a type derived from it, that its copies share; or none. Costs the compiler less than
/// std::shared_ptr<T> does.
template <class T>
class shared_value {
public:
    shared_value() noexcept = default;
    shared_value(std::nullptr_t) noexcept {}
    template <class... Args>
    explicit shared_value(std::in_place_t, Args&&... args)
        : value_(new T(std::forward<Args>(args)...)), owner_(const_cast<std::remove_const_t<T>*>(value_)) {}
    template <class Derived>
        requires(!std::same_as<Derived, T> && std::convertible_to<Derived*, T*>)
    shared_value(const shared_value<Derived>& other) noexcept : value_(other.value_), owner_(other.owner_) {}

    /// REQUIRES: there is one.
    [[nodiscard]] T& operator*() const noexcept { return *value_; }
    [[nodiscard]] T* operator->() const noexcept { return value_; }
    [[nodiscard]] T* get() const noexcept { return value_; }
    [[nodiscard]] explicit operator bool() const noexcept { return value_ != nullptr; }

private:
    template <class>
    friend class shared_value;

    T* value_ = nullptr;
    shared_object owner_;
};

} // namespace streams::inline v0::detail
