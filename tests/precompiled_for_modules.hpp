#pragma once

// What nearly every test of one module includes.

#include "../cmake/standard_headers.hpp"
#include "catch.hpp"
