#pragma once

#include <streams/state/store_spec.hpp>

#include <string>
#include <string_view>

namespace streams::inline v0 {

/// What a store is known by wherever its content lies: a store of another identity cannot read it.
struct store_identity {
    std::string name;    ///< of the store, of its folder below the task's, and part of that of its changelog
    std::string layout;  ///< how its files on disk are laid out, as text; changes with what a new version of it writes
    std::string content; ///< what its files and its changelog hold, as text
    std::string source;  ///< the input topic that is its changelog; empty: it has one of its own, or none
    /// The layout of the same store without headers, whose files are taken over; empty: it keeps none.
    std::string layout_without_headers{};

    friend bool operator==(const store_identity&, const store_identity&) = default;

    /// The changelog topic of its own.
    [[nodiscard]] std::string changelog(std::string_view application_id) const;
};

[[nodiscard]] store_identity identity_of(const store_spec& spec);

} // namespace streams::inline v0
