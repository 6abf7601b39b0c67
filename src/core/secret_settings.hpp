#pragma once

#include <span>
#include <string_view>

/// The settings whose values stand in no log and no message: Kafka's of the type password, and what librdkafka takes as one.
namespace streams::inline v0 {

/// Their names, without a prefix.
[[nodiscard]] std::span<const std::string_view> secret_settings() noexcept;

/// Whether a setting of this name is one of them, also with a prefix (`consumer.`).
[[nodiscard]] bool is_secret(std::string_view name) noexcept;

/// What may be shown of a setting's value: all of it, or Kafka's `[hidden]`.
[[nodiscard]] std::string_view shown(std::string_view name, std::string_view value) noexcept;

} // namespace streams::inline v0
