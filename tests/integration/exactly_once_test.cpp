// Exactly once on a real broker, while instances are killed, stopped and added, and the broker goes away and comes back.

#include "kafka_fixture.hpp"
#include "runtime/temporary_folder.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/runtime/kafka_streams.hpp>
#include <streams/serde/standard.hpp>

#include <fcntl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <thread>

using namespace streams;
using namespace streams::tests;

namespace {

constexpr int keys = 40;
constexpr std::int32_t partitions = 4;

/// in -> by the last digits of the value, through a repartition topic -> counts -> out.
topology counted_by_digits(const std::string& in, const std::string& out) {
    streams_builder builder;
    builder.stream<std::string, std::string>(in)
        .group_by([](const std::string&, const std::string& value) { return std::to_string(std::stoi(value) % keys); },
                  grouped{.name = "digits"})
        .count(materialized{.name = "counts", .caching = false})
        .to_stream()
        .to(out);
    return builder.build();
}

/// An instance in a process of its own, which is killed where this ends.
class instance {
public:
    instance(const kafka_fixture& kafka, const std::string& out, std::filesystem::path folder)
        : kafka_(kafka), out_(out), folder_(std::move(folder)) {
        start();
    }
    ~instance() { end(SIGKILL); }
    instance(const instance&) = delete;
    instance& operator=(const instance&) = delete;

    void start() {
        child_ = ::fork();
        REQUIRE(child_ >= 0);
        if (child_ != 0) return;
        const auto log = folder_.string() + ".log";
        const int to = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        ::dup2(to, STDOUT_FILENO);
        ::dup2(to, STDERR_FILENO);
        ::setenv("STREAMS_TEST_TOPICS", (kafka_.topic + ' ' + out_ + ' ' + kafka_.config.application_id).c_str(), 1);
        ::setenv("STREAMS_TEST_FOLDER", folder_.c_str(), 1);
        ::execl("/proc/self/exe", "test_integration", "[.exactly-once-instance]", nullptr);
        ::_exit(1);
    }
    /// Sends the signal, and waits for the end.
    void end(int with) {
        if (child_ <= 0) return;
        ::kill(child_, with);
        int status = 0;
        ::waitpid(child_, &status, 0);
        child_ = -1;
    }
    /// Whether it has ended without having been told to.
    [[nodiscard]] bool gone() {
        int status = 0;
        return child_ > 0 && ::waitpid(child_, &status, WNOHANG) == child_ && (child_ = -1) == -1;
    }
    [[nodiscard]] std::string log() const {
        std::ifstream in(folder_.string() + ".log");
        std::ostringstream text;
        text << in.rdbuf();
        const auto all = text.str();
        return all.size() > 4000 ? all.substr(all.size() - 4000) : all;
    }

private:
    const kafka_fixture& kafka_;
    const std::string& out_;
    std::filesystem::path folder_;
    pid_t child_ = -1;
};

/// Writes numbers, one after the other, until it is told to stop.
class writing {
public:
    explicit writing(kafka_fixture& kafka)
        : producer_(kafka.clients->make_producer({.client_id = "writer"})), topic_(producer_->open(kafka.topic)),
          thread_([this] { run(); }) {}
    ~writing() { static_cast<void>(stop()); }
    writing(const writing&) = delete;
    writing& operator=(const writing&) = delete;

    /// How many were written.
    [[nodiscard]] int stop() {
        stopped_ = true;
        if (thread_.joinable()) thread_.join();
        return written_;
    }

private:
    void run() {
        while (!stopped_) {
            for (int i = 0; i < 20; ++i) {
                const auto text = std::to_string(written_);
                if (producer_->append({.topic = topic_, .key = bytes_view(text), .value = bytes_view(text)}).ok())
                    ++written_;
            }
            producer_->poll(0ms);
            std::this_thread::sleep_for(10ms);
        }
        while (!producer_->flush(1s).ok()) {}
        if (!producer_->take_failures().empty()) written_ = -1;
    }

    std::unique_ptr<kafka::producer> producer_;
    std::int32_t topic_;
    std::atomic<bool> stopped_{false};
    int written_ = 0;
    std::thread thread_;
};

/// STREAMS_CHAOS_ROUNDS: how often something goes wrong; few where it does not say.
int chaos_rounds() {
    const char* given = std::getenv("STREAMS_CHAOS_ROUNDS");
    return given != nullptr ? std::atoi(given) : 6;
}

std::int64_t count_in(const seen_record& record) {
    std::int64_t count = 0;
    for (const char each : record.value.value_or("")) count = count << 8 | static_cast<unsigned char>(each);
    return count;
}

/// All of a topic that is committed, in the order of each partition.
std::vector<seen_record> committed_in(kafka_fixture& kafka, const std::string& topic) {
    const auto reader = kafka.clients->make_consumer({.client_id = "committed", .read_committed = true});
    std::vector<position> begins;
    std::vector<topic_partition> open;
    for (std::int32_t partition = 0; partition < partitions; ++partition) {
        begins.emplace_back(topic_partition{topic, partition}, 0);
        open.push_back({topic, partition});
    }
    std::map<topic_partition, std::int64_t> ends;
    for (const auto& partition : open) {
        kafka::log_bounds bounds;
        REQUIRE(kafka.admin->bounds(partition, bounds, 20s).ok());
        ends[partition] = bounds.end;
    }
    REQUIRE(reader->assign(begins).ok());
    std::vector<seen_record> seen;
    // To the end of the log: a transaction that nobody ends would hold it up.
    CHECK(poll_until(*reader, seen, [&] {
        return std::ranges::all_of(ends, [&](const auto& end) {
            return end.second == 0 || reader->position(end.first).value_or(0) >= end.second;
        });
    }));
    return seen;
}

} // namespace

// What the test below runs in a process of its own: librdkafka's threads do not survive a fork.
TEST_CASE("an instance that counts exactly once until it is killed or stopped", "[.exactly-once-instance]") {
    std::istringstream names(std::getenv("STREAMS_TEST_TOPICS"));
    std::string in, out, application_id;
    names >> in >> out >> application_id;
    streams_config config{.application_id = application_id, .bootstrap_servers = bootstrap_servers()};
    config.consumer = {{"session.timeout.ms", "6000"}, {"heartbeat.interval.ms", "500"}};
    config.state_dir = std::getenv("STREAMS_TEST_FOLDER");
    config.guarantee = processing_guarantee::exactly_once_v2;
    config.num_stream_threads = 2;
    config.repartition_purge_interval = 1s;
    kafka_streams app(counted_by_digits(in, out), config);
    CHECK(app.run_until_signal() == 0);
}

TEST_CASE("exactly once on a broker, each record is counted once while instances and the broker come and go") {
    kafka_fixture kafka(partitions);
    const testing_support::temporary_folder folder;
    const auto out = unique_name("out");
    kafka.create(out, partitions);
    instance one(kafka, out, folder.path() / "one");
    instance two(kafka, out, folder.path() / "two");
    std::unique_ptr<instance> third;
    writing writer(kafka);
    std::mt19937 random(7);
    const auto below = [&](int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random); };
    for (int round = 0; round < chaos_rounds(); ++round) {
        std::this_thread::sleep_for(std::chrono::milliseconds(500 + below(2500)));
        instance& chosen = below(2) == 0 ? one : two;
        switch (round < 4 ? round : below(5)) {
        case 0:
        case 4:
            chosen.end(SIGKILL);
            std::this_thread::sleep_for(std::chrono::milliseconds(below(2) * below(8000)));
            chosen.start();
            break;
        case 1:
            broker(below(2) == 0 ? "stop" : "kill");
            std::this_thread::sleep_for(std::chrono::milliseconds(below(3000)));
            broker("start");
            break;
        case 2:
            chosen.end(SIGTERM);
            chosen.start();
            break;
        case 3:
            if (third)
                third.reset();
            else
                third = std::make_unique<instance>(kafka, out, folder.path() / "third");
            break;
        }
        for (instance* each : {&one, &two}) {
            INFO(each->log());
            REQUIRE_FALSE(each->gone());
        }
    }
    const int written = writer.stop();
    REQUIRE(written > 0);
    std::map<std::string, std::int64_t> expected;
    for (int number = 0; number < written; ++number) ++expected[std::to_string(number % keys)];

    const auto complete = [&] {
        std::vector<kafka::committed_offset> committed;
        const std::string digits = kafka.config.application_id + "-digits-repartition";
        std::vector<topic_partition> inputs;
        for (std::int32_t partition = 0; partition < partitions; ++partition) {
            inputs.push_back({kafka.topic, partition});
            inputs.push_back({digits, partition});
        }
        if (!kafka.member()->committed(inputs, committed, 10s).ok()) return false;
        for (const auto& input : inputs) {
            kafka::log_bounds bounds;
            if (!kafka.admin->bounds(input, bounds, 10s).ok()) return false;
            const auto at = std::ranges::find(committed, input, &kafka::committed_offset::partition);
            if (bounds.end > 0 && (at == committed.end() || at->offset < bounds.end)) return false;
        }
        return true;
    };
    const auto deadline = std::chrono::steady_clock::now() + 120s;
    while (!complete() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(500ms);
    INFO(one.log() << two.log());
    REQUIRE(complete());
    third.reset();
    one.end(SIGTERM);
    two.end(SIGTERM);

    std::map<std::string, std::int64_t> counts;
    std::size_t wrong = 0;
    for (const auto& each : committed_in(kafka, out)) wrong += count_in(each) == ++counts[*each.key] ? 0 : 1;
    CHECK(wrong == 0);
    CHECK(counts == expected);
    std::map<std::string, std::int64_t> stored;
    for (const auto& each : committed_in(kafka, kafka.config.application_id + "-counts-changelog"))
        stored[*each.key] = count_in(each);
    CHECK(stored == expected);
}
