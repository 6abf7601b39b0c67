#include <streams/core/clock.hpp>

#include <thread>

namespace streams::inline v0 {

namespace {

class machine_clock final : public clock {
public:
    [[nodiscard]] std::int64_t wall_ms() const override { return ms_of(std::chrono::system_clock::now()); }
    [[nodiscard]] std::int64_t steady_ms() const override { return ms_of(std::chrono::steady_clock::now()); }
    void sleep(std::chrono::milliseconds span) override { std::this_thread::sleep_for(span); }

private:
    template <class TimePoint>
    static std::int64_t ms_of(TimePoint at) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
    }
};

} // namespace

clock& system_clock() noexcept {
    static machine_clock only;
    return only;
}

} // namespace streams::inline v0
