#pragma once

#include <streams/core/bytes.hpp>

#include <optional>

namespace streams::inline v0 {

[[nodiscard]] inline std::optional<bytes> owned(const std::optional<bytes_view>& view) {
    return view ? std::optional<bytes>(*view) : std::nullopt;
}

} // namespace streams::inline v0
