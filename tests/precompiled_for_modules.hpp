#pragma once

// What nearly every test of one module includes.

#include "catch.hpp"
#include "../cmake/standard_headers.hpp"
