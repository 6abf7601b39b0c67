#pragma once

// Catch2 as it is installed: version 2 is one header, version 3 a library with several.

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
