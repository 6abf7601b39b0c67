#pragma once

#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace streams::inline v0 {

/// A member of a struct under its name in JSON. The name is written as it is: no quotes, backslashes or control
/// characters, which does not compile.
template <class Owner, class Member>
struct json_member {
    std::string_view name;
    Member Owner::* place;

    consteval json_member(std::string_view member_name, Member Owner::* member) : name(member_name), place(member) {
        for (const char c : name)
            if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20)
                throw "a JSON member's name needs no escapes";
    }
};

/// Lists the members of a struct for streams::json; to be specialised, with a constexpr std::tuple of json_member named
/// `members`.
template <class T>
struct json_members;

namespace detail {

/// A struct with json_members.
template <class T>
concept json_struct = requires { std::tuple_size<std::remove_cvref_t<decltype(json_members<T>::members)>>::value; };

} // namespace detail
} // namespace streams::inline v0
