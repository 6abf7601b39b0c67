#pragma once

#include <streams/core/error.hpp>

namespace streams::inline v0 {

/// A store's folder was written by another version, or by Kafka Streams in Java: neither time nor a changelog opens it. The
/// message says what does.
class incompatible_state_error final : public state_error {
public:
    using state_error::state_error;
};

} // namespace streams::inline v0
