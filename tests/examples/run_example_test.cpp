#include "catch.hpp"

#include "run_example.hpp"

#include <streams/core/error.hpp>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <vector>

using namespace std::chrono_literals;

namespace {

parsed_options parsed(std::initializer_list<std::string> arguments, bool can_be_embedded = false) {
    std::vector<std::string> line{"program"};
    line.insert(line.end(), arguments);
    std::vector<char*> pointers;
    for (auto& argument : line) pointers.push_back(argument.data());
    example of{.name = "example", .summary = "Does nothing."};
    if (can_be_embedded) of.run_embedded = [](const example_options&) { return 0; };
    return parse_options(static_cast<int>(pointers.size()), pointers.data(), of);
}

/// A file that is gone at the end.
class properties_file {
public:
    explicit properties_file(const std::string& content) {
        std::string name = std::filesystem::temp_directory_path() / "example_XXXXXX";
        const int file = mkstemp(name.data());
        if (file < 0) throw std::runtime_error("no temporary file");
        close(file);
        path_ = name;
        std::ofstream(path_) << content;
    }
    ~properties_file() { std::filesystem::remove(path_); }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
};

} // namespace

TEST_CASE("an example takes its options from the command line") {
    const auto [options, exit_code] = parsed({"--bootstrap-servers", "h:1", "--application-id", "mine", "--state-dir",
                                              "/s", "--threads", "3", "--describe"});
    CHECK_FALSE(exit_code);
    CHECK(options.config.bootstrap_servers == "h:1");
    CHECK(options.config.application_id == "mine");
    CHECK(options.config.state_dir == "/s");
    CHECK(options.config.num_stream_threads == 3);
    CHECK(options.config.commit_interval == 200ms);
    CHECK(options.describe);
}

TEST_CASE("the command line wins over the file, and the file over the defaults") {
    const properties_file file("bootstrap.servers=f:1\napplication.id=from-file\nconsumer.fetch.min.bytes=2\n");
    const auto config = parsed({"--config", file.path(), "--bootstrap-servers", "h:1"}).options.config;
    CHECK(config.bootstrap_servers == "h:1");
    CHECK(config.application_id == "from-file");
    CHECK(config.commit_interval == 200ms);
    CHECK(config.consumer.at("fetch.min.bytes") == "2");
}

TEST_CASE("a wrong file of options is an error") {
    const properties_file file("aplication.id=x\n");
    CHECK_THROWS_AS(parsed({"--config", file.path()}), streams::config_error);
    CHECK_THROWS_AS(parsed({"--config", "/nonexistent"}), streams::config_error);
}

TEST_CASE("an example that nobody configures has its name as application id, and commits often") {
    const auto config = parsed({}).options.config;
    CHECK(config.application_id == "example");
    CHECK(config.commit_interval == 200ms);
}

TEST_CASE("options of an embedded run need one") {
    CHECK(parsed({"--embedded", "d", "--generate", "5", "--fresh"}, true).options.generate == 5);
    CHECK_FALSE(parsed({}, true).options.embedded);
}
