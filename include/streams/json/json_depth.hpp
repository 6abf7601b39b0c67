#pragma once

#include <cstddef>

namespace streams::inline v0::detail {

/// How deep arrays and objects may be nested, read or written: each level takes stack, and a thread's is bounded. As
/// Jackson's StreamReadConstraints has it.
inline constexpr std::size_t deepest_json = 1000;

} // namespace streams::inline v0::detail
