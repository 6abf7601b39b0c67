#include "src/testing/simulation/simulated_instance.hpp"

#include <streams/core/error.hpp>

#include <exception>
#include <utility>

namespace streams::inline v0::simulated {
namespace {

constexpr std::chrono::milliseconds patience_of_a_close{60'000};
constexpr std::chrono::milliseconds pause_after_a_failure{500};

bool over(application_state state) {
    return state == application_state::error || state == application_state::not_running;
}

} // namespace

simulated_instance::simulated_instance(surroundings& all, std::string name, make_application make)
    : around_(all), name_(std::move(name)), make_(std::move(make)), disk_(all.least_ingest),
      stirred_(all.scheduler.make_condition("what becomes of " + name_)) {}

void simulated_instance::start() {
    thread_ = around_.scheduler.start_thread("host " + name_, [this] { run(); });
}

void simulated_instance::run() {
    while (!closing_) {
        const auto process = std::make_shared<simulated_process>(around_, name_ + "-", disk_);
        live(process);
        const auto pause = process->alive() ? pause_after_a_failure : std::chrono::milliseconds(process->downtime_ms());
        std::unique_lock lock(mutex_);
        stirred_->wait(lock, around_.scheduler.after(pause), [&] { return closing_; });
    }
    ended_ = true;
    stirred_->notify_all();
}

void simulated_instance::live(const std::shared_ptr<simulated_process>& process) {
    ++lives_;
    try {
        application_ = make_(process, std::exchange(disk_is_new_, false));
        application_->set_state_listener([this](application_state, application_state) { stir(); });
        application_->start();
        {
            std::unique_lock lock(mutex_);
            const auto ends = [&] { return closing_ || !process->alive() || over(application_->state()); };
            const auto next_look = [&] {
                return around_.on_look ? around_.scheduler.after(around_.between_looks) : never;
            };
            while (!stirred_->wait(lock, next_look(), ends)) {
                lock.unlock();
                around_.on_look(*application_, concat(name_, ", life ", lives_));
                lock.lock();
            }
        }
        if (process->alive() && closing_ && !over(application_->state()) && !application_->close(patience_of_a_close))
            failure_ = concat(name_, " does not close within ", patience_of_a_close.count(), " ms");
        if (process->alive() && application_->state() == application_state::error)
            failure_ = concat(name_, " has ended: ", application_->error());
    } catch (const std::exception& cause) {
        if (process->alive()) failure_ = concat(name_, " does not start: ", cause.what());
    }
    application_.reset();
    disk_is_new_ = process->lost_disk();
}

void simulated_instance::ask_to_close() {
    closing_ = true;
    stir();
}

bool simulated_instance::wait_for_end(std::int64_t deadline) {
    std::unique_lock lock(mutex_);
    return stirred_->wait(lock, deadline, [&] { return ended_; });
}

bool simulated_instance::running() const { return application_ && application_->state() == application_state::running; }

} // namespace streams::inline v0::simulated
