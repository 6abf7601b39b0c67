#pragma once

#include "example.hpp"

#include <optional>

/// An example's options, or the exit code to end with: help was printed, or the command line is wrong.
struct parsed_options {
    example_options options;
    std::optional<int> exit_code{};
};

/// Reads the options that every example takes, and --embedded, --generate and --fresh where it can run embedded. Where
/// neither the command line nor the file given with --config says otherwise, the application id is the example's name,
/// and a commit is made every 200 ms.
[[nodiscard]] parsed_options parse_options(int argc, char** argv, const example& of);

/// The whole of an example's main. The exit code: 0 after a clean close.
[[nodiscard]] int run_example(int argc, char** argv, const example& of);
