#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// The names that a configuration may have, apart from those that are members of streams_config.
namespace streams::inline v0::config_names {

/// Which Kafka client a name is for; a set.
enum client : std::uint8_t { consumer = 1, producer = 2, admin = 4, every = 7 };

/// How a name is treated.
enum class treatment : std::uint8_t {
    pass,      ///< librdkafka's name
    rename,    ///< Java's name of a librdkafka setting, with the same values
    translate, ///< Java's name; its value is translated too
    ignore,    ///< Java's name of something that does not exist here and changes no result
    refuse,    ///< would not do what was asked for
};

struct entry {
    std::string_view name;
    std::uint8_t clients;
    treatment treated;
    std::string_view text = {}; ///< rename: librdkafka's name; ignore: why; refuse: why, and what to do
};

/// The row of a client's name, or null.
[[nodiscard]] const entry* find(std::string_view name, std::uint8_t client) noexcept;

/// Names of streams_config that are known in Kafka Streams and are ignored or refused here, or null.
[[nodiscard]] const entry* find_streams(std::string_view name) noexcept;

/// Whether Kafka has a topic configuration of this name.
[[nodiscard]] bool is_topic_name(std::string_view name) noexcept;

/// The name of `client`'s that is spelled most like `name`; empty where none is near.
[[nodiscard]] std::string_view nearest(std::string_view name, std::uint8_t client);
[[nodiscard]] std::string_view nearest_topic_name(std::string_view name);

} // namespace streams::inline v0::config_names
