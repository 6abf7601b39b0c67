#include "outcome.hpp"

#include <streams/core/log.hpp>

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <iostream>
#include <iterator>
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
    std::map<std::string, std::size_t> passed_otherwise; ///< among those that passed, by what they were compared with
    std::size_t reading_back = 0;                        ///< vectors
    std::uint64_t rows_read_back = 0;
    std::string differences; ///< a line for each vector that failed
};

using runner = conformance::outcome (*)(const conformance::json&);

struct mode {
    std::string_view option;
    runner run;
    bool counted = true;     ///< the option is followed by how many vectors of each file; 0: all
    bool waits = true;       ///< files side by side, since a vector mostly waits; else one after the other
    bool reads_back = false; ///< nothing is tried where no row was read back
};

constexpr mode on_driver{.option = "", .run = conformance::run, .counted = false, .waits = false};
constexpr mode modes[] = {
    {.option = "--on-disk", .run = conformance::run_on_disk},
    {.option = "--spilled", .run = conformance::run_spilled, .reads_back = true},
    {.option = "--restarted", .run = conformance::run_restarted, .reads_back = true},
    {.option = "--cluster", .run = conformance::run_on_cluster},
    {.option = "--exactly-once", .run = conformance::run_on_cluster_exactly_once},
    {.option = "--partitions", .run = conformance::run_partitioned, .counted = false, .waits = false},
};

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
        found.reading_back += result.rows_read_back > 0 ? 1U : 0U;
        found.rows_read_back += result.rows_read_back;
        if (result.result == conformance::outcome::verdict::passed) {
            ++found.passed;
            if (!result.reason.empty()) ++found.passed_otherwise[result.reason];
            continue;
        }
        ++found.failed;
        found.differences += vector.at("name").get<std::string>() + ": " + result.reason + '\n';
    }
    return found;
}

counts run_files(const std::vector<std::filesystem::path>& files, const mode& how, std::size_t most) {
    std::vector<std::future<counts>> runs;
    for (const auto& file : files)
        runs.push_back(std::async(how.waits ? std::launch::async : std::launch::deferred,
                                  [&file, &how, most] { return run_file(file, how.run, most); }));
    counts all;
    for (auto& each : runs) {
        const counts of_file = each.get();
        std::cout << of_file.differences << std::flush;
        all.passed += of_file.passed;
        all.failed += of_file.failed;
        all.reading_back += of_file.reading_back;
        all.rows_read_back += of_file.rows_read_back;
        for (const auto& [reason, vectors] : of_file.skipped) all.skipped[reason] += vectors;
        for (const auto& [reason, vectors] : of_file.passed_otherwise) all.passed_otherwise[reason] += vectors;
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
/// conformance --on-disk COUNT FILE...: the first so many of each file with stores on disk; 0: all of them.
/// conformance --spilled COUNT FILE...: the same with so little memory that all is read back from the disk.
/// conformance --restarted COUNT FILE...: on a cluster, with a restart half way that has only the changelogs to go on with.
/// conformance --cluster COUNT FILE...: the first so many of each file that can be run on a cluster of four partitions.
/// conformance --exactly-once COUNT FILE...: the same under processing.guarantee=exactly_once_v2.
/// conformance --partitions FILE...: runs specifications, captured or not, with one partition and with several.
/// Exits with 0 where all passed, 1 where one failed or nothing was read back that should be, 2 where nothing was given to run,
/// 3 where it could not be read.
int main(int argc, char** argv) try {
    streams::set_log_handler({});
    const std::string_view option = argc > 1 ? argv[1] : "";
    const auto* const named = std::ranges::find(modes, option, &mode::option);
    const bool is_named = named != std::end(modes);
    const mode& how = is_named ? *named : on_driver;
    const int first = !is_named ? 1 : how.counted ? 3 : 2;
    std::vector<std::filesystem::path> files(argv + std::min(argc, first), argv + argc);
    const std::size_t count = how.counted && argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0;
    const std::size_t most = count > 0 ? count : std::numeric_limits<std::size_t>::max();
    if (files.empty())
        if (const char* folder = std::getenv("STREAMS_VECTORS")) files = vectors_of(folder);
    if (files.empty()) {
        std::cerr << "usage: conformance [--on-disk COUNT | --spilled COUNT | --restarted COUNT | --cluster COUNT | "
                     "--exactly-once COUNT | --partitions] FILE..., or STREAMS_VECTORS=FOLDER conformance\n";
        return 2;
    }
    const counts all = run_files(files, how, most);
    for (const auto& [reason, vectors] : all.skipped) std::cout << "skipped " << vectors << ": " << reason << '\n';
    for (const auto& [reason, vectors] : all.passed_otherwise)
        std::cout << "compared " << vectors << ' ' << reason << '\n';
    if (how.reads_back) std::cout << all.reading_back << " read back " << all.rows_read_back << " rows\n";
    std::cout << all.passed << " passed, " << all.failed << " failed\n";
    const bool tried = all.passed > 0 && (!how.reads_back || all.rows_read_back > 0);
    return all.failed == 0 && tried ? 0 : 1;
} catch (const std::exception& e) {
    std::cerr << "conformance: " << e.what() << '\n';
    return 3;
}
