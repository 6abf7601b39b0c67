#pragma once

#include <streams/core/config.hpp>

namespace streams::inline v0 {

/// Whether the settings of one client, under librdkafka's names, say that it logs in with tokens.
[[nodiscard]] bool logs_in_with_tokens(const client_settings& settings);

/// Throws config_error where a client logs in with tokens and nobody gives them, or two do. `by_callback`: there is a
/// streams_config::sasl_login_callback.
void check_login(const client_settings& settings, bool by_callback);

} // namespace streams::inline v0
