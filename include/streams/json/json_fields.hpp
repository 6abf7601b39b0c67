#pragma once

#include <streams/json/json_members.hpp>
#include <streams/json/json_value.hpp>
#include <streams/json/json_writer.hpp>

#include <array>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace streams::inline v0::detail {

template <class T>
struct json_fields;

template <class T>
struct is_vector : std::false_type {};
template <class T, class Allocator>
struct is_vector<std::vector<T, Allocator>> : std::true_type {};
template <class T>
struct is_optional_member : std::false_type {};
template <class T>
struct is_optional_member<std::optional<T>> : std::true_type {};

template <class T>
inline constexpr bool never = false;

/// Reads one value into a member of any supported type.
template <class T>
void read_json(json_value from, T& to) {
    if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, bool> || std::is_same_v<T, double> ||
                  std::is_same_v<T, float>) {
        from.read(to);
    } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
        to = static_cast<T>(from.integer(std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
    } else if constexpr (std::is_integral_v<T>) {
        to = static_cast<T>(from.unsigned_integer(std::numeric_limits<T>::max()));
    } else if constexpr (is_optional_member<T>::value) {
        if (from.is_null())
            to.reset();
        else
            read_json(from, to ? *to : to.emplace());
    } else if constexpr (is_vector<T>::value) {
        to.clear();
        from.each_element(&to, [](json_value element, void* all) {
            typename T::value_type one{};
            read_json(element, one);
            static_cast<T*>(all)->push_back(std::move(one));
        });
    } else if constexpr (json_struct<T>) {
        from.object(json_fields<T>::all, &to);
    } else {
        static_assert(never<T>, "a member of a streams::json struct is a std::string, bool, integer or floating point "
                                "number, a struct with json_members, or a std::optional or std::vector of these");
    }
}

template <class T>
void write_elements(bytes& out, const T& vector);

/// Writes one value of any supported type.
template <class T>
void write_json(bytes& out, const T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
        write_json_text(out, value);
    } else if constexpr (std::is_same_v<T, bool>) {
        out.append(std::string_view(value ? "true" : "false"));
    } else if constexpr (std::is_same_v<T, float>) {
        write_json_float(out, value);
    } else if constexpr (std::is_floating_point_v<T>) {
        write_json_double(out, value);
    } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
        write_json_integer(out, value);
    } else if constexpr (std::is_integral_v<T>) {
        write_json_unsigned(out, value);
    } else if constexpr (is_optional_member<T>::value) {
        if (value)
            write_json(out, *value);
        else
            out.append(std::string_view("null"));
    } else if constexpr (is_vector<T>::value) {
        // Only by a vector of itself can a struct be deeper than its type says.
        if constexpr (json_struct<typename T::value_type>) {
            const json_writing_level level;
            write_elements(out, value);
        } else {
            write_elements(out, value);
        }
    } else if constexpr (json_struct<T>) {
        json_fields<T>::write(out, value);
    } else {
        static_assert(never<T>, "a member of a streams::json struct is a std::string, bool, integer or floating point "
                                "number, a struct with json_members, or a std::optional or std::vector of these");
    }
}

template <class T>
void write_elements(bytes& out, const T& vector) {
    char before = '[';
    for (const typename T::value_type& element : vector) {
        out.push_back(static_cast<std::byte>(std::exchange(before, ',')));
        write_json(out, element);
    }
    out.append(std::string_view(before == '[' ? "[]" : "]"));
}

/// The member list of T, as the parser takes it and for writing.
template <class T>
struct json_fields {
    static constexpr std::size_t count = std::tuple_size_v<std::remove_cvref_t<decltype(json_members<T>::members)>>;
    static_assert(count <= 64, "a streams::json struct has 64 members at most; group some in a struct of their own");

    template <std::size_t At>
    using member_type =
        std::remove_cvref_t<decltype(std::declval<T&>().*(std::get<At>(json_members<T>::members).place))>;

    template <std::size_t At>
    static void read(json_value from, void* owner) {
        read_json(from, static_cast<T*>(owner)->*(std::get<At>(json_members<T>::members).place));
    }
    template <std::size_t At>
    static void clear(void* owner) {
        if constexpr (is_optional_member<member_type<At>>::value)
            (static_cast<T*>(owner)->*(std::get<At>(json_members<T>::members).place)).reset();
    }

    template <std::size_t... At>
    static constexpr std::array<json_field, count> make(std::index_sequence<At...>) {
        return {json_field{std::get<At>(json_members<T>::members).name, &read<At>,
                           is_optional_member<member_type<At>>::value ? &clear<At> : nullptr}...};
    }

    /// `,"name":` of each member, the first without the comma.
    template <std::size_t At>
    static void write_member(bytes& out, const T& value) {
        constexpr auto& member = std::get<At>(json_members<T>::members);
        out.append(std::string_view(At == 0 ? "\"" : ",\""));
        out.append(member.name);
        out.append(std::string_view("\":"));
        write_json(out, value.*(member.place));
    }

    static void write(bytes& out, const T& value) {
        out.push_back(std::byte{'{'});
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            (write_member<At>(out, value), ...);
        }(std::make_index_sequence<count>());
        out.push_back(std::byte{'}'});
    }

    static constexpr std::array<json_field, count> all = make(std::make_index_sequence<count>());
};

} // namespace streams::inline v0::detail
