#pragma once

#include "operations.hpp"

#include <streams/core/config.hpp>
#include <streams/testing/byte_driver.hpp>

#include <optional>
#include <string>

namespace conformance {

using streams::raw_test_record;

[[nodiscard]] std::string to_hex(const std::optional<streams::bytes>& of);
[[nodiscard]] raw_test_record record_from(const json& in);
[[nodiscard]] std::string described(const raw_test_record& r);
/// The configuration of a vector.
[[nodiscard]] streams::streams_config config_of(const json& vector);

} // namespace conformance
