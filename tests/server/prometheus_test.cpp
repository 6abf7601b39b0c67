#include "catch.hpp"
#include "server/free_port.hpp"
#include "server/http_client.hpp"

#include "src/runtime/application/instance_server.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

extern char** environ;

using namespace streams;
using testing_support::free_port;
using testing_support::http_get;

namespace {

class twelve_records final : public instance_view {
public:
    std::vector<metric> metrics() const override {
        return {{"process-total",
                 "stream-thread-metrics",
                 "Records processed",
                 metric_kind::counter,
                 recording_level::info,
                 {{"thread-id", "app-StreamThread-1"}},
                 12.0}};
    }
};

/// Debian's Prometheus, which scrapes a port of this machine every 100 ms.
class prometheus {
public:
    explicit prometheus(std::int32_t scraped)
        : folder_(std::filesystem::temp_directory_path() / ("streams-prometheus-" + std::to_string(::getpid()))),
          port_(free_port()) {
        std::filesystem::create_directories(folder_);
        const auto configuration = (folder_ / "prometheus.yml").string();
        std::ofstream(configuration) << "scrape_configs:\n- job_name: app\n  scrape_interval: 100ms\n"
                                        "  scrape_timeout: 100ms\n  static_configs:\n  - targets: ['127.0.0.1:"
                                     << scraped << "']\n";
        std::vector<std::string> arguments{
            "prometheus", "--config.file=" + configuration, "--storage.tsdb.path=" + (folder_ / "data").string(),
            "--web.listen-address=127.0.0.1:" + std::to_string(port_), "--log.level=error"};
        std::vector<char*> pointers;
        for (std::string& each : arguments) pointers.push_back(each.data());
        pointers.push_back(nullptr);
        if (::posix_spawnp(&process_, "prometheus", nullptr, nullptr, pointers.data(), environ) != 0) process_ = -1;
    }
    ~prometheus() {
        if (process_ > 0) {
            ::kill(process_, SIGKILL);
            ::waitpid(process_, nullptr, 0);
        }
        std::filesystem::remove_all(folder_);
    }
    prometheus(const prometheus&) = delete;
    prometheus& operator=(const prometheus&) = delete;

    [[nodiscard]] bool runs() const { return process_ > 0; }
    [[nodiscard]] std::string query(const std::string& expression) const {
        return http_get(port_, "/api/v1/query?query=" + expression, "GET", "Connection: close\r\n");
    }

private:
    std::filesystem::path folder_;
    std::int32_t port_;
    pid_t process_ = -1;
};

} // namespace

TEST_CASE("Prometheus scrapes an instance, and finds it up") {
    const std::int32_t port = free_port();
    const twelve_records instance;
    const auto server = serve(instance, {"127.0.0.1", port}, machine());
    const prometheus scraper(port);
    REQUIRE(scraper.runs());
    std::string found;
    for (int tries = 0; tries < 200 && found.find("\"value\"") == std::string::npos; ++tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        found = scraper.query("kafka_streams_stream_thread_metrics_process_total");
    }
    INFO(found);
    CHECK(found.find("\"thread_id\":\"app-StreamThread-1\"") != std::string::npos);
    CHECK(found.find(",\"12\"]") != std::string::npos);
    CHECK(scraper.query("up").find(",\"1\"]") != std::string::npos);
}
