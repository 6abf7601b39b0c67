#include "catch.hpp"

#include "possible_fraud/embedded_run.hpp"
#include "possible_fraud/payment_generator.hpp"

#include <streams/testing/embedded_cluster.hpp>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <thread>

using namespace std::chrono_literals;

namespace {

/// A folder of its own, gone at the end.
class embedded_folder {
public:
    embedded_folder() {
        std::string name = std::filesystem::temp_directory_path() / "possible_fraud_XXXXXX";
        if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
        path_ = name;
    }
    ~embedded_folder() { std::filesystem::remove_all(path_); }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

    [[nodiscard]] std::uint64_t payments() const {
        const auto ends =
            streams::embedded_cluster({.folder = path_ / "cluster"}).end_offsets("authorization_attempts");
        return static_cast<std::uint64_t>(std::accumulate(ends.begin(), ends.end(), std::int64_t{0}));
    }
    /// The last alert of each card.
    [[nodiscard]] std::map<std::string, fraud_alert> last_alerts() const {
        std::map<std::string, fraud_alert> last;
        const streams::embedded_cluster cluster({.folder = path_ / "cluster"});
        for (const auto& alert : cluster.read<std::string, fraud_alert>("possible_fraud"))
            last[alert.key] = alert.value;
        return last;
    }
    [[nodiscard]] payment_generator generator() const {
        std::int64_t start = 0;
        std::ifstream(path_ / "first-payment") >> start;
        return payment_generator(start);
    }

private:
    std::filesystem::path path_;
};

example_options options(const embedded_folder& folder, std::uint64_t generate) {
    example_options result;
    result.config.application_id = "possible_fraud";
    result.config.commit_interval = 100ms;
    result.embedded = folder.path();
    result.generate = generate;
    return result;
}

/// Runs in a process of its own, without a word, and returns that.
pid_t start(const example_options& how) {
    const pid_t child = fork();
    if (child != 0) return child;
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    int status = 1;
    try {
        status = run_embedded(how);
    } catch (const std::exception&) {}
    _exit(status);
}

int exit_status(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace

TEST_CASE("an embedded run reads what it makes up, and the next one goes on from there") {
    const embedded_folder folder;
    REQUIRE(exit_status(start(options(folder, 20'000))) == 0);
    CHECK(folder.payments() == 20'000);
    REQUIRE(exit_status(start(options(folder, 20'000))) == 0);
    CHECK(folder.payments() == 40'000);

    // The stolen card of the first window was used in the first run and the one of the second in the second run.
    const auto alerts = folder.last_alerts();
    const auto payments = folder.generator();
    REQUIRE(alerts.size() == 2);
    for (const std::uint64_t window : {0, 1}) {
        const auto expected = payments.alert_of(window);
        CHECK(alerts.at(expected.card_number) == expected);
    }
}

TEST_CASE("an embedded run that is killed at any moment loses no payment") {
    const embedded_folder folder;
    for (const auto after : {300ms, 450ms, 700ms}) {
        const pid_t child = start(options(folder, 500'000));
        std::this_thread::sleep_for(after);
        kill(child, SIGKILL);
        exit_status(child);
    }
    REQUIRE(exit_status(start(options(folder, payment_generator::payments_per_window))) == 0);

    const auto alerts = folder.last_alerts();
    const auto payments = folder.generator();
    const auto windows = folder.payments() / payment_generator::payments_per_window;
    REQUIRE(windows > 0);
    for (std::uint64_t window = 0; window < windows; ++window) {
        const auto expected = payments.alert_of(window);
        REQUIRE(alerts.count(expected.card_number) == 1);
        // At least once: what was counted right before a kill may be counted again.
        CHECK(alerts.at(expected.card_number).count >= expected.count);
    }
    CHECK(alerts.size() <= windows + 1);
}

TEST_CASE("a fresh embedded run forgets those before it") {
    const embedded_folder folder;
    REQUIRE(exit_status(start(options(folder, 1'000))) == 0);
    auto fresh = options(folder, 500);
    fresh.fresh = true;
    REQUIRE(exit_status(start(fresh)) == 0);
    CHECK(folder.payments() == 500);
}
