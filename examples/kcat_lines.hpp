#pragma once

#include "example.hpp"

/// How to feed an example and to read its results with kcat: a line of shell for each topic.
[[nodiscard]] std::string kcat_lines(const example& of);
