#pragma once

namespace streams::inline v0::detail {

/// Which sides of a join are kept without a match: none, the left one, or both.
enum class join_kind { inner, left, outer };

} // namespace streams::inline v0::detail
