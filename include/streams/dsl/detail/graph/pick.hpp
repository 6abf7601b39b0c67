#pragma once

#include <streams/serde/serde_object.hpp>

#include <type_traits>
#include <utility>

namespace streams::inline v0::detail {

template <class Option, class... Given>
inline constexpr int times_given = (0 + ... + (std::is_same_v<Option, Given> ? 1 : 0));

/// Does not compile where two of the options are of one type: one of them would be ignored.
template <class... Given>
consteval bool no_option_twice() {
    static_assert(((times_given<Given, Given...> == 1) && ...),
                  "an option is given twice to one operator: give it once, with all that it is to say");
    return true;
}

template <class T, template <class...> class Of>
inline constexpr bool instance_of = false;
template <template <class...> class Of, class... Arguments>
inline constexpr bool instance_of<Of<Arguments...>, Of> = true;

/// Among the options that an operator takes: key_serde and value_serde, of any type; serdes_from tells whether they fit.
struct serde_options {};
/// The same and other_value_serde.
struct join_serde_options {};

template <class Allowed, class Option>
inline constexpr bool admits = std::is_same_v<Allowed, Option>;
template <class Option>
inline constexpr bool admits<serde_options, Option> =
    instance_of<Option, key_serde> || instance_of<Option, value_serde>;
template <class Option>
inline constexpr bool admits<join_serde_options, Option> =
    admits<serde_options, Option> || instance_of<Option, other_value_serde>;

/// The options an operator takes.
template <class... Allowed>
struct options_of {
    template <class Option>
    static constexpr bool has = (admits<Allowed, std::remove_cvref_t<Option>> || ...);

    /// Every one of Given is allowed. Does not compile where one comes twice.
    template <class... Given>
    static constexpr bool admit = (has<Given> && ...) && no_option_twice<std::remove_cvref_t<Given>...>();
};

/// The options of an operator that takes a functor among them, as `Functional<F>`.
template <template <class...> class Functional, class... Allowed>
struct options_and {
    template <class Option>
    static constexpr bool functional = instance_of<std::remove_cvref_t<Option>, Functional>;

    template <class... Given>
    static constexpr bool admit =
        ((options_of<Allowed...>::template has<Given> || functional<Given>) && ...) &&
        no_option_twice<std::conditional_t<functional<Given>, options_and, std::remove_cvref_t<Given>>...>();
};

/// No option of the kind asked for was given.
struct no_option {};

/// The option among those given that is a `Functional<F>`, or no_option.
template <template <class...> class Functional>
[[nodiscard]] constexpr no_option picked_functional() noexcept {
    return {};
}
template <template <class...> class Functional, class First, class... Rest>
[[nodiscard]] constexpr auto picked_functional(const First& first, const Rest&... rest) {
    if constexpr (instance_of<std::remove_cvref_t<First>, Functional>)
        return first;
    else
        return picked_functional<Functional>(rest...);
}

/// The option of type Wanted among those given, or null.
template <class Wanted>
[[nodiscard]] constexpr const Wanted* picked() noexcept {
    return nullptr;
}
template <class Wanted, class First, class... Rest>
[[nodiscard]] constexpr const Wanted* picked(const First& first, const Rest&... rest) noexcept {
    if constexpr (std::is_same_v<First, Wanted>)
        return &first;
    else
        return picked<Wanted>(rest...);
}

/// The option of type Wanted among those given, or a default one.
template <class Wanted, class... Given>
[[nodiscard]] Wanted pick(const Given&... given) {
    const Wanted* const chosen = picked<Wanted>(given...);
    return chosen ? *chosen : Wanted{};
}

/// What an option of the kind `Option<T>` chooses among those given, or else `inherited`.
template <template <class> class Option, class T, class... Given>
[[nodiscard]] serde_for<T> serde_from(serde_for<T> inherited, const Given&... given) {
    static_assert(
        ((!instance_of<std::remove_cvref_t<Given>, Option> || std::is_same_v<std::remove_cvref_t<Given>, Option<T>>) &&
         ...),
        "a serde object converts another type than the keys or values of the operator that it is given to; the type is "
        "the "
        "one without std::optional");
    if (const auto* const chosen = picked<Option<T>>(given...)) return chosen->object;
    return inherited;
}

/// The serdes of an operator: chosen by its options, or else inherited.
template <class Serdes, class... Options>
[[nodiscard]] Serdes serdes_from(Serdes inherited, const Options&... options) {
    return {serde_from<key_serde>(std::move(inherited.key), options...),
            serde_from<value_serde>(std::move(inherited.value), options...)};
}

} // namespace streams::inline v0::detail
