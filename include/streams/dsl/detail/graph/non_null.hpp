#pragma once

#include <streams/serde/serde.hpp>

namespace streams::inline v0::detail {

/// A key or value without its null. REQUIRES: it is not null.
template <class T>
[[nodiscard]] const without_null_t<T>& non_null(const T& value) noexcept {
    if constexpr (nullable<T>)
        return *value;
    else
        return value;
}

} // namespace streams::inline v0::detail
