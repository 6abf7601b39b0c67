#pragma once

#include <streams/serde/windowed.hpp>

namespace streams::inline v0::detail {

template <class T>
struct windowed_inner {};
template <class Key>
struct windowed_inner<windowed<Key>> {
    using type = Key;
};
/// A time-windowed key, whose bytes in a topic lack the end of the window.
template <class T>
concept time_windowed_key = requires { typename windowed_inner<T>::type; };

} // namespace streams::inline v0::detail
