#include "run_example.hpp"

#include "answered_lines.hpp"
#include "demo.hpp"
#include "kcat_lines.hpp"

#include <streams/core/properties.hpp>
#include <streams/json/json_log.hpp>
#include <streams/runtime/kafka_streams.hpp>

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>
#include <utility>

namespace {

/// What stands on the command line; what is not there is empty.
struct command_line {
    std::string bootstrap_servers;
    std::string application_id;
    std::string state_dir;
    std::string config_file;
    std::string embedded;
    std::string log_format = "text";
    std::uint64_t generate = 2'000'000;
    std::int32_t threads = 0;
    bool fresh = false;
    bool describe = false;
    bool demo = false;
};

void declare(CLI::App& app, command_line& line, bool can_be_embedded) {
    app.add_option("--bootstrap-servers", line.bootstrap_servers, "Where the cluster is: HOST:PORT[,HOST:PORT...]");
    app.add_option("--application-id", line.application_id, "Consumer group, and prefix of internal topics");
    app.add_option("--state-dir", line.state_dir, "Folder of the state stores");
    app.add_option("--config", line.config_file, "Properties file with Kafka's dotted names")->type_name("FILE");
    app.add_option("--threads", line.threads, "Stream threads")->check(CLI::PositiveNumber);
    app.add_option("--log-format", line.log_format, "Lines of the log: text or json, an object each")
        ->check(CLI::IsMember({"text", "json"}))
        ->capture_default_str();
    app.add_flag("--describe", line.describe, "Print the topology and end");
    app.add_flag("--demo", line.demo, "Feed a sample to a cluster inside this process, print what comes out, and end");
    if (!can_be_embedded) return;
    auto* embedded =
        app.add_option("--embedded", line.embedded, "Run on a cluster inside this process, kept in this folder")
            ->type_name("DIR");
    app.add_option("--generate", line.generate, "How many records to make up")->capture_default_str()->needs(embedded);
    app.add_flag("--fresh", line.fresh, "Forget what an embedded cluster kept")->needs(embedded);
}

/// Defaults, then the file, then the command line.
streams::streams_config configuration(const command_line& line, const std::string& name) {
    streams::streams_config config;
    config.application_id = name;
    config.commit_interval = std::chrono::milliseconds(200); // tables go downstream when they are committed
    if (!line.config_file.empty()) {
        auto properties = streams::read_properties(line.config_file);
        properties.try_emplace("application.id", config.application_id);
        properties.try_emplace("commit.interval.ms", std::to_string(config.commit_interval->count()));
        config = streams::streams_config::from_properties(properties);
    }
    if (!line.bootstrap_servers.empty()) config.bootstrap_servers = line.bootstrap_servers;
    if (!line.application_id.empty()) config.application_id = line.application_id;
    if (!line.state_dir.empty()) config.state_dir = line.state_dir;
    if (line.threads > 0) config.num_stream_threads = line.threads;
    return config;
}

int run(const example& of, const example_options& options) {
    if (options.describe) {
        std::fputs(of.topology().describe().c_str(), stdout);
        return 0;
    }
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    if (options.demo) return run_demo(of, options.config);
    if (options.embedded) return of.run_embedded(options);
    streams::kafka_streams app(of.topology(), options.config);
    std::optional<answered_lines> answers;
    if (of.answer) answers.emplace([&](const std::string& question) { return of.answer(app, question); });
    return app.run_until_signal();
}

} // namespace

parsed_options parse_options(int argc, char** argv, const example& of) {
    command_line line;
    CLI::App app(of.summary, of.name);
    app.footer(kcat_lines(of));
    declare(app, line, static_cast<bool>(of.run_embedded));
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& outcome) {
        return {{}, app.exit(outcome)};
    }
    if (line.log_format == "json") streams::set_log_handler(streams::json_log());
    example_options options{.config = configuration(line, of.name), .describe = line.describe, .demo = line.demo};
    if (!line.embedded.empty()) options.embedded = line.embedded;
    options.generate = line.generate;
    options.fresh = line.fresh;
    return {std::move(options)};
}

int run_example(int argc, char** argv, const example& of) {
    try {
        const auto [options, exit_code] = parse_options(argc, argv, of);
        return exit_code ? *exit_code : run(of, options);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\n", of.name.c_str(), error.what());
        return 1;
    }
}
