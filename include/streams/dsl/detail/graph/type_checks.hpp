#pragma once

#include <streams/dsl/concepts.hpp>
#include <streams/serde/serde.hpp>

namespace streams::inline v0::detail {

/// Does not compile unless keys and values of these types can be read from and written to topics.
template <class... Types>
consteval void check_serdes() {
    static_assert(
        (readable_and_writable<Types> && ...),
        "a key or value type has no serde; specialise streams::serde for it, or include the header that does");
}

/// Does not compile unless a table or a store can keep keys and values of these types.
template <class... Types>
consteval void check_storable() {
    static_assert((has_serde<Types> && ...),
                  "the keys and values of a table or a store need a serde and no std::optional: a deleted row is no "
                  "value; specialise streams::serde for them, or include the header that does");
    static_assert((!borrows_from_record<Types> && ...),
                  "a table or a store outlives the records that it is made from, but a key or value type borrows from "
                  "them; use one that owns its memory, std::string for std::string_view");
}

} // namespace streams::inline v0::detail
