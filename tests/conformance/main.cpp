#include "outcome.hpp"

#include <streams/core/log.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace {

struct counts {
    std::size_t passed = 0;
    std::size_t failed = 0;
    std::map<std::string, std::size_t> skipped;
};

void run_file(const std::filesystem::path& file, counts& all) {
    std::ifstream in(file);
    if (!in)
        throw std::runtime_error("cannot read " + file.string() + "; give files of vectors, one JSON object a line");
    for (std::string line; std::getline(in, line);) {
        if (line.empty()) continue;
        const auto vector = conformance::json::parse(line);
        const conformance::outcome result = conformance::run(vector);
        switch (result.result) {
        case conformance::outcome::verdict::passed:
            ++all.passed;
            break;
        case conformance::outcome::verdict::skipped:
            ++all.skipped[result.reason];
            break;
        case conformance::outcome::verdict::failed:
            ++all.failed;
            std::cout << vector.at("name").get<std::string>() << ": " << result.reason << '\n';
        }
    }
}

std::vector<std::filesystem::path> vectors_of(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

} // namespace

/// conformance FILE...: runs the vectors of these files, or of the folder that STREAMS_VECTORS names.
int main(int argc, char** argv) {
    streams::set_log_handler({});
    std::vector<std::filesystem::path> files(argv + 1, argv + argc);
    if (files.empty())
        if (const char* folder = std::getenv("STREAMS_VECTORS")) files = vectors_of(folder);
    if (files.empty()) {
        std::cerr << "usage: conformance FILE..., or STREAMS_VECTORS=FOLDER conformance\n";
        return 2;
    }
    counts all;
    try {
        for (const auto& file : files) run_file(file, all);
    } catch (const std::exception& e) {
        std::cerr << "conformance: " << e.what() << '\n';
        return 2;
    }
    std::size_t skipped = 0;
    for (const auto& [reason, count] : all.skipped) {
        std::cout << "skipped " << count << ": " << reason << '\n';
        skipped += count;
    }
    std::cout << all.passed << " passed, " << all.failed << " failed, " << skipped << " skipped\n";
    return all.failed == 0 && all.passed > 0 ? 0 : 1;
}
