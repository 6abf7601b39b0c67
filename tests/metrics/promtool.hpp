#pragma once

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace streams::testing_support {

/// What `promtool check metrics` says of a text; empty: nothing is wrong with it.
inline std::string promtool_check_metrics(const std::string& text) {
    const auto path = std::filesystem::temp_directory_path() / ("streams-metrics-" + std::to_string(::getpid()));
    std::ofstream(path) << text;
    std::string said;
    std::FILE* const tool = ::popen(("promtool check metrics < " + path.string() + " 2>&1").c_str(), "r");
    if (tool == nullptr) return "promtool cannot be started";
    std::array<char, 4096> line;
    while (std::fgets(line.data(), line.size(), tool) != nullptr) said += line.data();
    const int status = ::pclose(tool);
    std::filesystem::remove(path);
    if (status != 0 && said.empty()) said = "promtool ends with status " + std::to_string(status);
    return said;
}

} // namespace streams::testing_support
