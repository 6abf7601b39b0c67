#pragma once

#include "src/kafka/client.hpp"
#include "src/kafka/rdkafka_ptr.hpp"

#include <streams/core/config.hpp>

#include <string>
#include <string_view>

/// How a streams_config becomes librdkafka's settings: defaults of the role, then what the configuration says for it
/// (`streams_config::consumer_settings` and its siblings translate names), then what the library decides itself.
namespace streams::inline v0::kafka {

/// Everything a client of each role is configured with. Throw config_error where the configuration is refused.
[[nodiscard]] client_settings consumer_settings(const streams_config& config, const consumer_options& options);
[[nodiscard]] client_settings producer_settings(const streams_config& config, const producer_options& options);
[[nodiscard]] client_settings admin_settings(const streams_config& config, const std::string& client_id);

/// librdkafka's own check of names and values. Throws config_error saying which setting is refused and why; `role`
/// (consumer, producer, admin) is named in it.
[[nodiscard]] conf_ptr make_conf(const client_settings& settings, std::string_view role);

} // namespace streams::inline v0::kafka
