#include "possible_fraud/embedded_run.hpp"

#include <cstdio>
#include <exception>

using namespace std::chrono_literals;

namespace {

int run(int argc, char** argv) {
    streams::streams_config defaults;
    defaults.application_id = "possible_fraud";
    // Counts go downstream when they are committed: how late an alert may be.
    defaults.commit_interval = 200ms;
    const auto [options, exit_code] = parse_options(argc, argv, "possible_fraud", defaults, true);
    if (exit_code) return *exit_code;
    if (options.describe) {
        std::fputs(possible_fraud().describe().c_str(), stdout);
        return 0;
    }
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    return options.embedded ? run_embedded(options) : run_on_cluster(possible_fraud(print_alert), options.config);
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "possible_fraud: %s\n", error.what());
        return 1;
    }
}
