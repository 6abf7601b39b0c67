#include <streams/core/error.hpp>
#include <streams/core/manual_clock.hpp>

#include <algorithm>
#include <utility>

namespace streams::inline v0 {
namespace {

class manual_condition final : public execution::condition {
public:
    manual_condition(std::string name, std::int64_t& now) : name_(std::move(name)), now_(now) {}
    void notify_all() noexcept override {}
    bool wait(std::unique_lock<std::mutex>&, std::int64_t deadline) override {
        if (deadline == never)
            throw streams_error(concat("a manual clock has one thread, which waits for ", name_,
                                       " for ever; give that a deadline, or run it on machine()"));
        now_ = std::max(now_, deadline);
        return false;
    }

private:
    std::string name_;
    std::int64_t& now_;
};

} // namespace

std::unique_ptr<execution::condition> manual_clock::make_condition(std::string name) {
    return std::make_unique<manual_condition>(std::move(name), now_);
}

std::unique_ptr<execution::thread> manual_clock::start_thread(std::string name, std::function<void()>) {
    throw streams_error(concat("a manual clock has one thread, and cannot start ", name, "; run it on machine()"));
}

} // namespace streams::inline v0
