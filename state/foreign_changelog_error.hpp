#pragma once

#include <streams/core/error.hpp>

namespace streams::inline v0 {

/// A changelog holds a record that its store does not write. Restoring again would find it again, so nothing is tried
/// again and nothing is removed.
class foreign_changelog_error final : public streams_error {
public:
    using streams_error::streams_error;
};

} // namespace streams::inline v0
