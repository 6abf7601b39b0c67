#pragma once

#include "src/core/config_names.hpp"

#include <streams/core/config.hpp>

#include <string_view>

namespace streams::inline v0 {

/// The settings of one kind of client under librdkafka's names and with its values: what has these already stays, Java's
/// names are translated. `prefix` (`consumer.`, empty for none) is put before names in messages. Throws config_error for
/// a name that is unknown, belongs to another client, or cannot do here what it asks for.
[[nodiscard]] client_settings to_rdkafka(const client_settings& given, config_names::client client,
                                         std::string_view prefix);

} // namespace streams::inline v0
