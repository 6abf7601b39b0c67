#include <streams/core/execution.hpp>

#include <condition_variable>
#include <random>
#include <thread>
#include <utility>

#include <pthread.h>

namespace streams::inline v0 {
namespace {

using std::chrono::milliseconds;

class machine_condition final : public execution::condition {
public:
    void notify_all() noexcept override { changed_.notify_all(); }
    bool wait(std::unique_lock<std::mutex>& lock, std::int64_t deadline) override {
        using namespace std::chrono;
        // What the steady clock cannot express is further away than anybody waits.
        constexpr std::int64_t last = duration_cast<milliseconds>(steady_clock::duration::max()).count();
        if (deadline >= last) {
            changed_.wait(lock);
            return true;
        }
        const steady_clock::time_point until{milliseconds(deadline)};
        return changed_.wait_until(lock, until) == std::cv_status::no_timeout;
    }

private:
    std::condition_variable changed_;
};

class machine_thread final : public execution::thread {
public:
    machine_thread(const std::string& name, std::function<void()> body)
        : thread_([shown = end_of(name), body = std::move(body)] {
              ::pthread_setname_np(::pthread_self(), shown.c_str());
              body();
          }) {}
    ~machine_thread() override { join(); }
    machine_thread(const machine_thread&) = delete;
    machine_thread& operator=(const machine_thread&) = delete;
    void join() override {
        if (thread_.joinable()) thread_.join();
    }
    void detach() override {
        if (thread_.joinable()) thread_.detach();
    }

private:
    static std::string end_of(const std::string& name) {
        constexpr std::size_t longest = 15; // of Linux
        return name.size() <= longest ? name : name.substr(name.size() - longest);
    }

    std::thread thread_;
};

class machine_execution final : public execution {
public:
    [[nodiscard]] std::int64_t wall_ms() const override { return ms_of(std::chrono::system_clock::now()); }
    [[nodiscard]] std::int64_t steady_ms() const override { return ms_of(std::chrono::steady_clock::now()); }
    std::unique_ptr<condition> make_condition(std::string) override { return std::make_unique<machine_condition>(); }
    std::unique_ptr<thread> start_thread(std::string name, std::function<void()> body) override {
        return std::make_unique<machine_thread>(name, std::move(body));
    }
    std::uint64_t random_bits() override {
        std::random_device source;
        return std::uniform_int_distribution<std::uint64_t>()(source);
    }

private:
    template <class TimePoint>
    static std::int64_t ms_of(TimePoint at) {
        return std::chrono::duration_cast<milliseconds>(at.time_since_epoch()).count();
    }
};

} // namespace

execution& machine() noexcept {
    static machine_execution only;
    return only;
}

clock& system_clock() noexcept { return machine(); }

} // namespace streams::inline v0
