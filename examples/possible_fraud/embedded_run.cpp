#include "possible_fraud/embedded_run.hpp"

#include "possible_fraud/payment_generator.hpp"

#include <streams/testing/embedded_cluster.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <exception>
#include <fstream>
#include <numeric>
#include <string>
#include <thread>
#include <utility>

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

namespace {

constexpr auto topic = "authorization_attempts";
/// How far the payments may run ahead of who reads them: the topic keeps only the newest (see retention.bytes).
constexpr std::uint64_t most_unread = 100'000;

volatile std::sig_atomic_t interrupted = 0;

/// `1,234,567`.
std::string grouped_digits(std::uint64_t number) {
    std::string text = std::to_string(number);
    for (auto at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
    return text;
}

std::string time_text(std::int64_t ms) {
    const auto seconds = static_cast<std::time_t>(ms / 1000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts)};
}

/// When payment 0 was made: now, for a new folder; as noted there, for an old one.
std::int64_t first_payment_time(const std::filesystem::path& file) {
    std::int64_t ms = 0;
    if (std::ifstream in(file); in >> ms) return ms;
    ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
             .count();
    std::ofstream out(file);
    out << ms << '\n';
    if (!out.flush())
        throw streams::streams_error(streams::concat("cannot write ", file.string(), "; check the folder"));
    return ms;
}

streams::embedded_cluster open_cluster(const std::filesystem::path& folder) {
    streams::embedded_cluster cluster({.folder = folder});
    cluster.create_topic(topic, 4, {{"segment.bytes", "8388608"}, {"retention.bytes", "33554432"}});
    cluster.create_topic("possible_fraud", 4);
    return cluster;
}

std::uint64_t sum(const std::vector<std::int64_t>& offsets) {
    return static_cast<std::uint64_t>(std::accumulate(offsets.begin(), offsets.end(), std::int64_t{0}));
}

/// How many payments the group has read and committed.
std::uint64_t committed(const streams::embedded_cluster& cluster, const std::string& group) {
    std::uint64_t records = 0;
    for (const auto& [partition, position] : cluster.committed(group))
        if (partition.topic == topic) records += static_cast<std::uint64_t>(position.offset);
    return records;
}

/// Writes payments [from, to) on a thread of its own, never far ahead of `read`.
class payment_writer {
public:
    payment_writer(streams::embedded_cluster& cluster, payment_generator payments, std::uint64_t from, std::uint64_t to,
                   const std::atomic<std::uint64_t>& read)
        : thread_([this, &cluster, payments, from, to, &read](const std::stop_token& stop) {
              try {
                  for (auto at = from; at < to && !stop.stop_requested(); ++at) {
                      while (at > read + most_unread && !stop.stop_requested()) std::this_thread::sleep_for(1ms);
                      const payment made = payments.at(at);
                      cluster.produce(topic, made.card_number, made, {.timestamp = payments.time_of(at)});
                  }
              } catch (const std::exception&) {
                  failure_ = std::current_exception();
                  failed_ = true;
              }
          }) {}

    /// Throws what stopped the thread.
    void check() const {
        if (failed_) std::rethrow_exception(failure_);
    }

private:
    std::exception_ptr failure_;
    std::atomic<bool> failed_ = false;
    std::jthread thread_; // last: uses the others
};

/// Prints a line of progress now and then.
class progress {
public:
    explicit progress(std::uint64_t first) : last_(first) {}

    void print(std::uint64_t read, std::uint64_t first, std::uint64_t alerts) {
        const auto now = steady::now();
        const std::chrono::duration<double> since = now - last_time_;
        if (since < 500ms) return;
        const auto rate = static_cast<double>(read - last_) / since.count();
        std::printf("%s records read, %s records/s, %s alerts\n", grouped_digits(read - first).c_str(),
                    grouped_digits(static_cast<std::uint64_t>(rate)).c_str(), grouped_digits(alerts).c_str());
        last_ = read;
        last_time_ = now;
    }

private:
    std::uint64_t last_;
    steady::time_point last_time_ = steady::now();
};

void forget(const std::filesystem::path& folder) {
    for (const auto* name : {"cluster", "stores", "first-payment"}) std::filesystem::remove_all(folder / name);
}

} // namespace

void print_alert(const fraud_alert& alert) {
    std::printf("card %s: %lld payments in the five minutes from %s\n", alert.card_number.c_str(),
                static_cast<long long>(alert.count), time_text(alert.window).c_str());
}

int run_embedded(const example_options& options) {
    const auto& folder = *options.embedded;
    if (options.fresh) forget(folder);
    std::filesystem::create_directories(folder);
    std::signal(SIGINT, [](int) { interrupted = 1; });
    std::signal(SIGTERM, [](int) { interrupted = 1; });

    auto cluster = open_cluster(folder / "cluster");
    const payment_generator payments(first_payment_time(folder / "first-payment"));
    auto config = options.config;
    config.state_dir = folder / "stores";
    // The changelog holds far more than the windows that are still open, but not everything for ever.
    config.topic["segment.bytes"] = "4194304";
    config.topic["retention.bytes"] = "16777216";

    const auto written = sum(cluster.end_offsets(topic));
    const auto before = committed(cluster, config.application_id);
    const auto end = written + options.generate;
    if (written > 0)
        std::printf("going on after %s payments of earlier runs, %s of them still to be read\n",
                    grouped_digits(written).c_str(), grouped_digits(written - before).c_str());

    std::atomic<std::uint64_t> alerts = 0;
    std::atomic<std::uint64_t> read = before;
    streams::kafka_streams app(possible_fraud([&](const fraud_alert& alert) {
                                   ++alerts;
                                   print_alert(alert);
                               }),
                               config, cluster.clients());
    const auto begin = steady::now();
    app.start();
    {
        payment_writer writer(cluster, payments, written, end, read);
        progress line(before);
        while (read < end && !interrupted && app.state() != streams::application_state::error) {
            std::this_thread::sleep_for(5ms);
            writer.check();
            read = before + app.counts().processed;
            line.print(read, before, alerts);
        }
    }
    const std::chrono::duration<double> took = steady::now() - begin;
    const std::string error = app.error();
    app.close();
    if (!error.empty()) throw streams::streams_error(error);

    const auto records = committed(cluster, config.application_id) - before;
    std::printf("read %s payments in %.1f s (%s records/s): %s alerts\n", grouped_digits(records).c_str(), took.count(),
                grouped_digits(static_cast<std::uint64_t>(static_cast<double>(records) / took.count())).c_str(),
                grouped_digits(alerts).c_str());
    std::printf("%s payments read since the first start; the next one goes on from there (--fresh forgets it)\n",
                grouped_digits(before + records).c_str());
    return 0;
}
