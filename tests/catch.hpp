#pragma once

// Catch2 as it is installed: version 2 is one header, version 3 a library with several.

#include <string>

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;

/// Matches text with `part` somewhere in it.
inline auto containing(const std::string& part) { return Catch::Matchers::ContainsSubstring(part); }
#else
#include <catch2/catch.hpp>

/// Matches text with `part` somewhere in it.
inline auto containing(const std::string& part) { return Catch::Matchers::Contains(part); }
#endif
