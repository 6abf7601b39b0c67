// Applications whose records are answered by threads of the machine; tests/simulation/async_work_test.cpp has the rest, in
// virtual time.

#include "catch.hpp"
#include "runtime/world.hpp"

#include <streams/dsl/streams_builder.hpp>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::eventually;
using testing_support::world;

namespace {

/// Runs what it is given, on four threads.
class thread_pool {
public:
    thread_pool() {
        for (int at = 0; at < 4; ++at) threads_.emplace_back([this] { work(); });
    }
    ~thread_pool() {
        {
            const std::lock_guard lock(mutex_);
            ending_ = true;
        }
        changed_.notify_all();
        for (auto& each : threads_) each.join();
    }
    thread_pool(const thread_pool&) = delete;
    thread_pool& operator=(const thread_pool&) = delete;

    void run(std::function<void()> job) {
        {
            const std::lock_guard lock(mutex_);
            jobs_.push_back(std::move(job));
        }
        changed_.notify_one();
    }

private:
    void work() {
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
            if (jobs_.empty()) return;
            const auto job = std::move(jobs_.front());
            jobs_.pop_front();
            lock.unlock();
            job();
            lock.lock();
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> jobs_;
    bool ending_ = false;
    std::vector<std::thread> threads_;
};

topology marking(thread_pool& service) {
    streams_builder builder;
    builder.stream<std::string, std::string>("in")
        .map_values_async(
            [&service](const std::string& value, const completion<std::string>& answer) {
                service.run([&value, answer] { answer.set_value(value + "!"); });
            },
            {.max_in_flight = 20})
        .to("out");
    return builder.build();
}

} // namespace

TEST_CASE(
    "answers of many threads reach the tasks of several, and an application that ends and comes back loses none") {
    constexpr int records = 400;
    for (const auto guarantee : {processing_guarantee::at_least_once, processing_guarantee::exactly_once_v2}) {
        world w(4);
        thread_pool service;
        auto config = w.config();
        config.guarantee = guarantee;
        config.num_stream_threads = 2;
        std::multiset<std::string> expected;
        for (int at = 0; at < records; ++at) {
            w.cluster.produce("in", std::to_string(at % 50), std::to_string(at), {.timestamp = 1});
            expected.insert(std::to_string(at) + "!");
        }
        {
            auto app = w.run(marking(service), config);
            CHECK(eventually([&] { return !w.out().empty(); }));
            CHECK(app.close());
        }
        auto app = w.run(marking(service), config);
        CHECK(eventually([&] { return w.out().size() >= records; }));
        CHECK(app.close());
        const auto out = w.out();
        CHECK(std::multiset<std::string>(out.begin(), out.end()) == expected);
    }
}

TEST_CASE("answers that come after the end of an application are ignored") {
    world w;
    std::vector<completion<std::string>> calls;
    std::atomic<int> called = 0;
    {
        streams_builder builder;
        builder.stream<std::string, std::string>("in")
            .map_values_async(
                [&](const std::string&, completion<std::string> answer) {
                    calls.push_back(std::move(answer));
                    ++called;
                },
                {.timeout = 300ms})
            .to("out");
        auto config = w.config();
        config.on_processing_error = resume_on_error{};
        auto app = w.run(builder.build(), config);
        w.produce("a", "1");
        CHECK(eventually([&] { return called == 1; }));
    }
    calls[0].set_value("late");
    calls.clear();
    CHECK(w.out().empty());
}
