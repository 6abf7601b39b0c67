#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace streams::inline v0 {

/// Where an instance of an application answers for its stores, as its `application.server` says (Kafka's `HostInfo`).
struct host_info {
    std::string host{}; ///< empty: nobody has said it
    std::int32_t port = 0;

    /// From HOST:PORT, where an IPv6 address is in brackets. nullopt: that is something else.
    [[nodiscard]] static std::optional<host_info> parse(std::string_view text);

    friend bool operator==(const host_info&, const host_info&) = default;
    friend auto operator<=>(const host_info&, const host_info&) = default;
};

} // namespace streams::inline v0
