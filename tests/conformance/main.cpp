#include "outcome.hpp"

#include <streams/core/log.hpp>

#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <iostream>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct counts {
    std::size_t passed = 0;
    std::size_t failed = 0;
    std::map<std::string, std::size_t> skipped;
    std::string differences; ///< a line for each vector that failed
};

using runner = conformance::outcome (*)(const conformance::json&);

/// The lines of a file, compressed by gzip or not.
class lines {
public:
    explicit lines(const std::filesystem::path& file) : file_(::gzopen(file.c_str(), "rb"), ::gzclose) {
        if (!file_)
            throw std::runtime_error("cannot read " + file.string() +
                                     "; give files of vectors, one JSON object a line");
    }
    [[nodiscard]] bool next(std::string& line) {
        line.clear();
        char part[8192];
        while (::gzgets(file_.get(), part, sizeof part)) {
            line += part;
            if (line.back() == '\n') {
                line.pop_back();
                return true;
            }
        }
        return !line.empty();
    }

private:
    std::unique_ptr<gzFile_s, int (*)(gzFile)> file_;
};

/// Stops after `most` vectors that were not skipped.
counts run_file(const std::filesystem::path& file, runner run, std::size_t most) {
    counts found;
    lines in(file);
    for (std::string line; most > 0 && in.next(line);) {
        if (line.empty()) continue;
        const auto vector = conformance::json::parse(line);
        const conformance::outcome result = run(vector);
        if (result.result == conformance::outcome::verdict::skipped) {
            ++found.skipped[result.reason];
            continue;
        }
        --most;
        if (result.result == conformance::outcome::verdict::passed) {
            ++found.passed;
            continue;
        }
        ++found.failed;
        found.differences += vector.at("name").get<std::string>() + ": " + result.reason + '\n';
    }
    return found;
}

/// Side by side where a vector mostly waits; else one after the other.
counts run_files(const std::vector<std::filesystem::path>& files, runner run, bool waits, std::size_t most) {
    std::vector<std::future<counts>> runs;
    for (const auto& file : files)
        runs.push_back(std::async(waits ? std::launch::async : std::launch::deferred,
                                  [&file, run, most] { return run_file(file, run, most); }));
    counts all;
    for (auto& each : runs) {
        const counts of_file = each.get();
        std::cout << of_file.differences << std::flush;
        all.passed += of_file.passed;
        all.failed += of_file.failed;
        for (const auto& [reason, vectors] : of_file.skipped) all.skipped[reason] += vectors;
    }
    return all;
}

std::vector<std::filesystem::path> vectors_of(const std::filesystem::path& folder) {
    if (!std::filesystem::is_directory(folder))
        throw std::runtime_error(folder.string() + " is no folder; let STREAMS_VECTORS name a folder of vectors");
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".jsonl" || entry.path().extension() == ".gz") files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

} // namespace

/// conformance FILE...: runs the vectors of these files, or of the folder that STREAMS_VECTORS names, on the test driver.
/// conformance --cluster COUNT FILE...: runs the first so many of each file that can be run on a cluster; 0: all of them.
/// conformance --exactly-once COUNT FILE...: the same under processing.guarantee=exactly_once_v2.
/// conformance --partitions FILE...: runs specifications, captured or not, with one partition and with several.
/// Exits with 0 where all passed, 1 where one failed, 2 where nothing was given to run, 3 where it could not be read.
int main(int argc, char** argv) try {
    streams::set_log_handler({});
    const std::string_view mode = argc > 1 ? argv[1] : "";
    const bool exactly_once = mode == "--exactly-once";
    const bool on_cluster = mode == "--cluster" || exactly_once;
    const bool partitioned = mode == "--partitions";
    std::vector<std::filesystem::path> files(argv + std::min(argc, on_cluster ? 3 : partitioned ? 2 : 1), argv + argc);
    const std::size_t count = on_cluster && argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0;
    const std::size_t most = count > 0 ? count : std::numeric_limits<std::size_t>::max();
    if (files.empty())
        if (const char* folder = std::getenv("STREAMS_VECTORS")) files = vectors_of(folder);
    if (files.empty()) {
        std::cerr << "usage: conformance [--cluster COUNT | --exactly-once COUNT | --partitions] FILE..., or "
                     "STREAMS_VECTORS=FOLDER conformance\n";
        return 2;
    }
    const runner run = exactly_once  ? conformance::run_on_cluster_exactly_once
                       : on_cluster  ? conformance::run_on_cluster
                       : partitioned ? conformance::run_partitioned
                                     : conformance::run;
    const counts all = run_files(files, run, on_cluster, most);
    for (const auto& [reason, vectors] : all.skipped) std::cout << "skipped " << vectors << ": " << reason << '\n';
    std::cout << all.passed << " passed, " << all.failed << " failed\n";
    return all.failed == 0 && all.passed > 0 ? 0 : 1;
} catch (const std::exception& e) {
    std::cerr << "conformance: " << e.what() << '\n';
    return 3;
}
