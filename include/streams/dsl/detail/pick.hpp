#pragma once

#include <optional>
#include <type_traits>
#include <utility>

namespace streams::inline v0::detail {

/// The options an operator takes.
template <class... Allowed>
struct options_of {
    template <class Option>
    static constexpr bool has = (std::is_same_v<Allowed, std::remove_cvref_t<Option>> || ...);

    template <class Option, class... Given>
    static constexpr int count = (0 + ... + (std::is_same_v<Option, std::remove_cvref_t<Given>> ? 1 : 0));

    /// Every one of Given is allowed, and none comes twice.
    template <class... Given>
    static constexpr bool admit = (has<Given> && ...) && ((count<Allowed, Given...> <= 1) && ...);
};

/// The option of type Wanted among those given, or nullopt.
template <class Wanted, class... Given>
[[nodiscard]] std::optional<Wanted> picked(const Given&... given) {
    std::optional<Wanted> out;
    [[maybe_unused]] const auto take = [&](const auto& option) {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(option)>, Wanted>) out = option;
    };
    (take(given), ...);
    return out;
}

/// The option of type Wanted among those given, or a default one.
template <class Wanted, class... Given>
[[nodiscard]] Wanted pick(const Given&... given) {
    return picked<Wanted>(given...).value_or(Wanted{});
}

} // namespace streams::inline v0::detail
