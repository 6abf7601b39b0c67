#pragma once

#include <streams/json/json_fields.hpp>
#include <streams/serde/serde.hpp>

namespace streams::inline v0 {

/// The serde of a struct as a JSON object, for one whose members are listed once:
///
///     struct payment { std::string card; double amount; std::optional<std::string> merchant; };
///
///     template <> struct streams::json_members<payment> {
///         static constexpr auto members = std::tuple{json_member{"card", &payment::card},
///                                                    json_member{"amount", &payment::amount},
///                                                    json_member{"merchant", &payment::merchant}};
///     };
///     template <> struct streams::serde<payment> : streams::json<payment> {};
///
/// A member is a std::string, bool, integer or floating point number, a struct with json_members, or a std::optional or
/// std::vector of these. Reading ignores members that are not listed; a listed one may be null or missing only where it
/// is optional. A wrong type, a number out of range, text that is no JSON or no UTF-8, arrays and objects more than 1,000
/// deep: serialization_error with the member's path and the cause; deserialize_into then leaves the object in an unspecified state. Of repeated members the
/// last wins; a byte order mark is skipped. Writing is without spaces, in the order of the list, an empty optional as null; text that is not UTF-8 and
/// numbers that JSON does not have (NaN, infinite) throw serialization_error. T must be default-constructible. To link:
/// the CMake target streams::json.
template <class T>
struct json {
    static void serialize(const T& value, bytes& out) { detail::write_json(out, value); }

    static T deserialize(bytes_view in) {
        T value{};
        deserialize_into(in, value);
        return value;
    }

    static void deserialize_into(bytes_view in, T& value) {
        static_assert(detail::json_struct<T>,
                      "streams::json<T>: T needs a specialisation of streams::json_members that "
                      "lists its members; see <streams/json/json.hpp>");
        detail::parse_json(in, detail::json_fields<T>::all, &value);
    }
};

} // namespace streams::inline v0
