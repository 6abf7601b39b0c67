#include "src/runtime/application/stream_threads.hpp"

#include <streams/core/error.hpp>
#include <streams/core/log.hpp>

#include <algorithm>
#include <system_error>
#include <utility>

namespace streams::inline v0 {
namespace {

thread_local const void* place_here = nullptr; ///< of the calling thread

/// Who loses its place again within it has not lost it to itself, while brokers came and went.
constexpr std::chrono::minutes same_cause{10};

} // namespace

void stream_threads::work_done::add(const stream_thread& by) {
    processed += by.processed();
    sent += by.sent();
    for (std::size_t at = 0; at < drop_reasons; ++at) {
        const auto reason = static_cast<drop_reason>(at);
        dropped[at] += by.drops()[reason] + by.unwritten()[reason];
    }
}

void stream_threads::make(std::int32_t count, const shared_environment& environment) {
    for (std::int32_t made = 0; made < count; ++made) {
        place& here = *make_place(environment);
        fill(here);
        const std::lock_guard lock(mutex_);
        made_.push_back(&here);
    }
}

void stream_threads::unmake() {
    std::vector<std::unique_ptr<place>> gone; // their clients close, after the lock
    const std::lock_guard lock(mutex_);
    made_.clear();
    gone = std::exchange(places_, {});
    recount();
}

void stream_threads::launch() {
    std::vector<place*> made;
    {
        const std::lock_guard lock(mutex_);
        made = std::exchange(made_, {});
    }
    for (auto at = made.begin(); at != made.end(); ++at) {
        try {
            start(**at);
        } catch (const std::system_error& cause) {
            refuse({at, made.end()});
            throw streams_error(concat("the operating system refuses stream thread ", at - made.begin() + 1, " of ",
                                       made.size(), ": ", cause.what(),
                                       "; lower num.stream.threads, or raise its limit"));
        }
    }
}

/// They will never run.
void stream_threads::refuse(std::span<place* const> those) noexcept {
    {
        const std::lock_guard lock(mutex_);
        for (place* const each : those) each->ended = each->launched = true;
        recount();
    }
    changed_->notify_all();
}

std::optional<std::string> stream_threads::add(const shared_environment& environment) {
    forget_ended();
    place* const made = make_place(environment);
    if (made == nullptr) return std::nullopt;
    place& here = *made;
    const std::string name = here.name;
    try {
        fill(here);
        start(here);
    } catch (const std::system_error& cause) {
        give_up(here);
        throw streams_error(concat("the operating system refuses ", name, ": ", cause.what(), "; raise its limit"));
    } catch (...) {
        give_up(here);
        throw;
    }
    return name;
}

std::optional<std::string> stream_threads::remove(std::chrono::milliseconds timeout) {
    const std::int64_t deadline = time_.after(timeout);
    std::unique_lock lock(mutex_);
    place* const leaves = last_to_remove();
    if (leaves == nullptr) return std::nullopt;
    leaves->stop.request_stop();
    recount();
    ++leaves->awaited;
    lock.unlock();
    const std::string name = leaves->name;
    log(log_level::info, concat(name, " is removed"));
    host_.stopped();
    lock.lock();
    const bool in_time = timeout.count() == 0 || changed_->wait(lock, deadline, [&] { return leaves->ended; });
    --leaves->awaited;
    if (!in_time)
        throw streams_error(concat(name, " has not ended within ", timeout.count(),
                                   " ms; it goes on ending, and its tasks move when it has"));
    return name;
}

stream_threads::place* stream_threads::last_to_remove() const noexcept {
    place* found = nullptr;
    for (const auto& each : places_) {
        if (!each->stays()) continue;
        const bool better =
            found == nullptr || found == place_here || (each->number > found->number && each.get() != place_here);
        if (better) found = each.get();
    }
    return found;
}

void stream_threads::stop_all() noexcept {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        for (const auto& each : places_) each->stop.request_stop();
    }
    host_.stopped();
}

void stream_threads::await_end_of_all() {
    std::unique_lock lock(mutex_);
    changed_->wait(lock, never,
                   [&] { return std::ranges::all_of(places_, [](const auto& each) { return each->ended; }); });
}

void stream_threads::join() {
    std::vector<std::unique_ptr<execution::thread>> ended; // joins, after the lock
    std::unique_lock lock(mutex_);
    // One that another thread adds may have ended before that thread has taken note of what it runs on.
    changed_->wait(lock, never,
                   [&] { return std::ranges::all_of(places_, [](const auto& each) { return each->launched; }); });
    for (const auto& each : places_) ended.push_back(std::move(each->runs_on));
}

bool stream_threads::all_ended() const {
    const std::lock_guard lock(mutex_);
    return std::ranges::all_of(places_, [](const auto& each) { return each->ended; });
}

bool stream_threads::all_run() const {
    const std::lock_guard lock(mutex_);
    return std::ranges::all_of(
        places_, [](const auto& each) { return !each->stays() || (each->thread && each->thread->running()); });
}

void stream_threads::add_to(application_counts& counts) const {
    stream_times::by_sub_topology times;
    const std::lock_guard lock(mutex_);
    work_done sum = gone_;
    for (const auto& each : places_) {
        if (!each->thread) continue;
        sum.add(*each->thread);
        each->thread->stream_times().add_to(times);
    }
    counts.processed += sum.processed;
    counts.sent += sum.sent;
    for (std::size_t at = 0; at < drop_reasons; ++at)
        if (sum.dropped[at] > 0) counts.dropped[static_cast<drop_reason>(at)] += sum.dropped[at];
    for (const auto& [sub_topology, range] : times)
        counts.stream_time_spread.emplace(sub_topology, range.latest - range.earliest);
}

/// Null: all were asked to stop.
stream_threads::place* stream_threads::make_place(const shared_environment& environment) {
    const std::lock_guard lock(mutex_);
    if (stopping_) return nullptr;
    std::int32_t number = 1;
    const auto taken = [&](const auto& each) { return !each->ended && each->number == number; };
    while (std::ranges::any_of(places_, taken)) ++number;
    places_.push_back(std::make_unique<place>(number, environment));
    recount();
    return places_.back().get();
}

void stream_threads::fill(place& here) {
    here.made_at = time_.steady_ms(); // also of one that cannot be made: it has not lived as long as the one before
    auto made = std::make_unique<stream_thread>(here.number, here.around, here.stop, here.joins_as);
    const std::lock_guard lock(mutex_);
    here.thread = std::move(made);
}

void stream_threads::empty(place& here) noexcept {
    std::unique_ptr<stream_thread> gone; // closes, after the lock
    const std::lock_guard lock(mutex_);
    if (here.thread) gone_.add(*here.thread);
    gone = std::move(here.thread);
}

void stream_threads::start(place& here) {
    auto runs_on = time_.start_thread(here.name, [this, &here] { run(here); });
    {
        const std::lock_guard lock(mutex_);
        here.runs_on = std::move(runs_on);
        here.launched = true;
    }
    changed_->notify_all();
}

/// One that was to be added, and will never run.
void stream_threads::give_up(place& here) noexcept {
    end(here);
    {
        const std::lock_guard lock(mutex_);
        here.launched = true;
    }
    changed_->notify_all();
}

void stream_threads::run(place& here) noexcept {
    place_here = &here;
    host_.enter(here.name);
    while (live(here)) {
        const std::chrono::milliseconds lived(time_.steady_ms() - here.made_at);
        empty(here);
        if (here.stop.wait_until(time_.after(here.pause.after(lived)))) break;
    }
    end(here);
}

/// Until it ends. True: another is to take its place.
bool stream_threads::live(place& here) noexcept {
    try {
        if (!here.thread) fill(here);
        if (host_.await_readiness(here.stop))
            while (here.thread->run_once()) continue;
        else
            here.thread->abandon();
        return false;
    } catch (const lost_place_error& failure) {
        return join_anew(here, failure);
    } catch (const std::exception& failure) {
        return recover(here, failure);
    } catch (...) {
        return recover(here,
                       streams_error("an exception that is no std::exception left a stream thread; derive it from "
                                     "std::exception"));
    }
}

bool stream_threads::recover(place& here, const std::exception& failure) noexcept {
    const auto response = host_.answer_for(failure);
    if (here.thread) here.thread->abandon();
    if (response == thread_exception_response::shutdown_application) host_.tell_all_to_end();
    if (response != thread_exception_response::replace_thread) return false;
    const bool leaves = here.stop.stop_requested(); // asked first: it is stopped after its application
    if (!host_.goes_on_after(failure)) return false;
    log(log_level::error, concat(here.name, leaves ? " has failed while it left: " : " is replaced: ", failure.what()));
    return !leaves;
}

/// True: another is to take its place, with a consumer of its own. Who lost it twice in a row has a namesake, and joins
/// without the id where nobody has asked for it.
bool stream_threads::join_anew(place& here, const lost_place_error& failure) noexcept {
    const std::int64_t now = time_.steady_ms();
    const bool slow = failure.by_slow_code();
    const bool again =
        !slow && here.lost_place_at && now - *here.lost_place_at < std::chrono::milliseconds(same_cause).count();
    if (!slow) here.lost_place_at = now;
    if (again && !here.around.config.group_instance_id.empty())
        return recover(here, streams_error(concat(failure.what(), "; another process has this group.instance.id: give "
                                                                  "each process its own")));
    if (again) here.joins_as = membership::dynamic_member;
    if (here.thread) here.thread->abandon();
    if (here.stop.stop_requested()) return false;
    log(log_level::warn,
        concat(here.name, " lost its place in the group and joins again: ", failure.what(),
               again ? "; another process seems to have the same state.dir, or a copy of it: give each its own"
               : slow
                   ? "; its code was slower than max.poll.interval.ms, so that the group went on without it: raise it"
                   : ""));
    return true;
}

void stream_threads::end(place& here) noexcept {
    empty(here);
    {
        const std::lock_guard lock(mutex_);
        here.ended = true;
        recount();
    }
    changed_->notify_all();
    host_.ended();
    const std::lock_guard lock(mutex_);
    here.left = true;
}

void stream_threads::forget_ended() {
    std::vector<std::unique_ptr<place>> gone; // joins, after the lock
    const std::lock_guard lock(mutex_);
    const auto stay = std::ranges::partition(
        places_, [](const auto& each) { return !each->left || !each->launched || each->awaited > 0; });
    std::ranges::move(stay, std::back_inserter(gone));
    places_.erase(stay.begin(), places_.end());
}

void stream_threads::recount() noexcept {
    count_ = static_cast<std::int32_t>(std::ranges::count_if(places_, [](const auto& each) { return each->stays(); }));
}

} // namespace streams::inline v0
