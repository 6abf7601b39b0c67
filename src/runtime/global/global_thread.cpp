#include "src/runtime/global/global_thread.hpp"

#include "src/runtime/stores/trusted_age.hpp"
#include "src/runtime/thread/retry.hpp"
#include "src/runtime/topics/topic_watch.hpp"
#include "state/disk/disk_refusal.hpp"

#include <streams/core/log.hpp>

#include <algorithm>
#include <utility>

namespace streams::inline v0 {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds call_timeout{5000};
constexpr milliseconds describe_timeout{1000}; ///< while records wait, as the next
constexpr milliseconds look_timeout{200};
constexpr milliseconds next_attempt{1000};
constexpr milliseconds rest_of_disk{50}; ///< between two looks whether it lags
constexpr int looks_told = 3;            ///< in vain
constexpr milliseconds rest_after_refusal{100};
constexpr std::size_t most_polled = 10'000;

kafka::consumer_options global_consumer(const thread_environment& environment, const std::string& name,
                                        std::size_t queue_bytes) {
    kafka::consumer_options options;
    options.client_id = name + "-consumer";
    options.restore = true;
    options.read_committed = environment.config.exactly_once();
    options.queue_bytes = queue_bytes;
    return options;
}

} // namespace

global_thread::global_thread(const thread_environment& environment)
    : environment_(environment), name_(environment.client_id + "-GlobalStreamThread"),
      fetch_queue_(environment.memory.budget(), memory_role::restore_queues),
      uncommitted_(environment.memory.budget(), memory_role::uncommitted), open_transactions_(environment.time),
      completeness_(environment.time),
      consumer_(environment.clients.make_consumer(
          global_consumer(environment, name_, std::max(fetch_queue_.resize_to_most(), memory::least_fetch_queue)))),
      report_(environment.on_restore, environment.time) {}

void global_thread::begin() {
    begun_at_ = environment_.time.steady_ms();
    const auto& partitions = environment_.layout().global_partitions;
    state_ = std::make_unique<global_state>(environment_.topology(),
                                            global_environment{.config = environment_.config,
                                                               .time = environment_.time,
                                                               .memory = environment_.memory,
                                                               .drops = drops_,
                                                               .directory = environment_.states.global_folder(),
                                                               .disk = environment_.states.disk()},
                                            [&](std::string_view topic) { return partitions.find(topic)->second; });
    std::map<topic_partition, kafka::log_bounds> found;
    for (const topic_partition& input : state_->inputs())
        call_patiently(environment_.task_patience(), concat("find the bounds of ", to_string(input)),
                       [&] { return consumer_->bounds(input, found[input], call_timeout); });
    for (const auto& [topic, width] : partitions)
        if (const auto reason = reason_to_refill(topic, static_cast<std::size_t>(width), found))
            state_->empty(topic, *reason);
    state_->begin();
    for (const auto& [input, bounds] : found) begin_filling(input, bounds);
    read_all();
    last_commit_ = environment_.time.steady_ms();
    next_look_ = environment_.time.after(between_looks(environment_.config));
}

/// Why what the store has of a topic is not to be gone on with; nullopt: it is.
std::optional<std::string> global_thread::reason_to_refill(
    const std::string& topic, std::size_t width, const std::map<topic_partition, kafka::log_bounds>& found) const {
    if (state_->width_of(topic) > width)
        return concat("it has rows of ", state_->width_of(topic), " partitions of the topic, which has ", width,
                      " now");
    bool is_behind = false;
    for (const auto& [input, bounds] : found) {
        if (input.topic != topic) continue;
        const auto next = state_->next_offset(input);
        if (!next) continue;
        if (*next < bounds.begin || *next > bounds.end)
            return concat("it stands at offset ", *next, " of ", to_string(input), ", which has offsets ", bounds.begin,
                          " to ", bounds.end);
        // What is last in a log is never compacted away, be it a record or a marker.
        is_behind |= *next + 1 < bounds.end;
    }
    if (!is_behind) return std::nullopt;
    return reason_to_rebuild(environment_.layout().changelogs.at(topic), environment_.config,
                             state_->caught_up_at(topic), environment_.time.wall_ms());
}

void global_thread::begin_filling(const topic_partition& input, kafka::log_bounds bounds) {
    const std::int64_t start = state_->next_offset(input).value_or(bounds.begin);
    starts_.emplace(input, start);
    const filling begun{.begin = start, .end = bounds.end};
    report_.started(standing_of(input, begun));
    if (start < bounds.end)
        fillings_.emplace(input, begun);
    else
        report_.ended(standing_of(input, begun));
}

restore_standing global_thread::standing_of(const topic_partition& input, const filling& now) {
    return {global_task,
            {.changelog = input,
             .store = state_->store_of(input.topic),
             .begin = now.begin,
             .next = consumer_->position(input).value_or(now.begin),
             .end = now.end,
             .rows = now.rows,
             .elapsed = milliseconds(environment_.time.steady_ms() - begun_at_)}};
}

/// From where each partition is.
void global_thread::read_all() {
    std::vector<std::pair<topic_partition, std::int64_t>> from;
    for (const auto& [input, start] : starts_) from.emplace_back(input, consumer_->position(input).value_or(start));
    if (const auto answer = consumer_->assign(from); !answer)
        throw cluster_error(concat("the topics of global stores cannot be read: ", answer.reason()));
    for (const auto& [input, offset] : from) starts_[input] = offset;
}

/// No group tells a consumer that assigns itself of partitions that were added.
void global_thread::follow_topics() {
    if (environment_.time.steady_ms() < next_look_) return;
    std::vector<topic_partition> known;
    std::string unknown;
    for (topic_partition& input : added_partitions()) {
        if (environment_.stop.stop_requested()) break;
        kafka::log_bounds bounds;
        const auto answer = consumer_->bounds(input, bounds, look_timeout);
        if (!answer) {
            unknown += concat(unknown.empty() ? "" : "; ", answer.reason());
            continue;
        }
        log(log_level::info, concat(name_, " reads ", to_string(input), " too, which was added to its topic"));
        starts_.emplace(input, bounds.begin);
        known.push_back(std::move(input));
    }
    look_again(unknown);
    if (known.empty()) return;
    state_->add_inputs(std::move(known));
    grown_ = {.at = environment_.time.steady_ms()};
    read_all();
}

/// Not every broker has heard at once of what was added; what lasts is told once, and looked at ever more seldom.
void global_thread::look_again(std::string_view unknown) {
    const milliseconds longest = between_looks(environment_.config);
    looks_in_vain_ = unknown.empty() ? 0 : looks_in_vain_ + 1;
    if (looks_in_vain_ == looks_told)
        log(log_level::warn, concat(name_, " cannot read all partitions that were added to its topics: ", unknown,
                                    "; see whether they have leaders. It tries again until it can"));
    const milliseconds pause = next_attempt * (1 << std::clamp(looks_in_vain_ - 1, 0, 10));
    next_look_ = environment_.time.after(looks_in_vain_ == 0 ? longest : std::min(pause, longest));
}

std::vector<topic_partition> global_thread::added_partitions() {
    std::vector<std::string> topics;
    for (const auto& [topic, partitions] : environment_.layout().global_partitions) topics.push_back(topic);
    std::map<std::string, std::int32_t> now;
    std::vector<topic_partition> added;
    if (const auto answer = environment_.admin.describe(topics, now, describe_timeout); !answer) {
        log(log_level::warn, concat(name_, " cannot see whether its topics have new partitions: ", answer.reason(),
                                    "; it looks again in ", between_looks(environment_.config).count(), " ms"));
        return added;
    }
    for (const auto& [topic, partitions] : now)
        for (std::int32_t partition = 0; partition < partitions; ++partition)
            if (!starts_.contains({topic, partition})) added.push_back({topic, partition});
    return added;
}

/// Whether it may pass: a broker that has not heard yet of a partition that was added says that there is none. It says so
/// once, so that all are assigned again to see whether it still does.
bool global_thread::is_of_growth(const kafka::result& failure) {
    const auto limit = time_for_calls(environment_.config.task_timeout);
    if (!grown_ || environment_.time.steady_ms() - grown_->at >= limit.count()) return false;
    if (!grown_->assigns_again_at) grown_->assigns_again_at = environment_.time.after(next_attempt);
    if (!std::exchange(grown_->told, true))
        log(log_level::warn, concat(name_, " has taken on partitions that were added, and cannot read all topics: ",
                                    failure.reason(), "; trying again", for_task_timeout(limit)));
    return true;
}

void global_thread::assign_again() {
    if (!grown_ || !grown_->assigns_again_at || environment_.time.steady_ms() < *grown_->assigns_again_at) return;
    grown_->assigns_again_at.reset();
    read_all();
}

std::vector<kafka::record_batch> global_thread::poll() {
    auto polled = consumer_->poll(environment_.config.poll, most_polled);
    for (const auto& failure : polled.errors) {
        if (failure.kind() != kafka::error_class::retriable) {
            if (is_of_growth(failure)) continue;
            throw cluster_error(concat("the topics of global stores cannot be read: ", failure.reason()));
        }
        if (!std::exchange(error_logged_, true))
            log(log_level::warn, concat(name_, ": ", failure.reason(), "; trying again"));
    }
    for (const topic_partition& lost : polled.out_of_range)
        throw cluster_error(concat("records of ", to_string(lost),
                                   " were deleted before they were read, so that the "
                                   "global store of it misses some; start the application again to fill it anew"));
    if (polled.errors.empty())
        error_logged_ = false;
    else if (polled.batches.empty()) // a client that answers errors at once must not make this a busy loop
        environment_.stop.wait_until(environment_.time.after(milliseconds(20)));
    return std::move(polled.batches);
}

bool global_thread::fill() {
    if (!state_ && !written([&] { begin(); })) {
        state_.reset();
        return rest();
    }
    if (!fillings_.empty() && state_->disk_lags())
        environment_.stop.wait_until(environment_.time.after(rest_of_disk));
    else if (!fillings_.empty())
        for (auto& batch : poll()) fill_from(std::move(batch));
    commit_when_due();
    end_filling();
    if (!fillings_.empty()) return false;
    if (!written([&] { state_->filled(); })) return rest();
    refused_since_.reset();
    log(log_level::info, concat(name_, " filled the global stores: ", filled_, " rows in ",
                                environment_.time.steady_ms() - begun_at_, " ms"));
    return true;
}

/// Before the disk is asked again. False.
bool global_thread::rest() {
    environment_.stop.wait_until(environment_.time.after(rest_after_refusal));
    return false;
}

void global_thread::fill_from(kafka::record_batch batch) {
    const topic_partition input = batch.source();
    const std::size_t rows = batch.records().size();
    static_cast<void>(written([&] { state_->restore(std::move(batch)); })); // what is refused stays in memory
    filled_ += rows;
    const auto found = fillings_.find(input);
    if (found == fillings_.end()) return; // it has what it had at the beginning, and goes on
    found->second.rows += static_cast<std::int64_t>(rows);
    report_.restored(standing_of(input, found->second), static_cast<std::int64_t>(rows));
}

/// A log may end in control records, or in a gap that compaction left.
void global_thread::end_filling() {
    std::erase_if(fillings_, [&](const auto& each) {
        const auto position = consumer_->position(each.first);
        if (!position || *position < each.second.end) return false;
        report_.ended(standing_of(each.first, each.second));
        return true;
    });
    if (!report_.due()) return;
    std::vector<restore_standing> all;
    for (const auto& [input, now] : fillings_) all.push_back(standing_of(input, now));
    report_.tell(all);
}

void global_thread::run_once() {
    follow_topics();
    assign_again();
    for (auto& batch : poll()) state_->update(std::move(batch));
    for (const auto& [topic, at] : completeness_.step(*consumer_, starts_)) state_->complete_as_of(topic, at);
    if (open_transactions_.due())
        for (const auto& [input, start] : starts_) open_transactions_.look(*consumer_, input, start);
    commit_when_due();
    // The next commit, which writes again what was refused, says when the disk takes it.
    if (environment_.memory.budget().asks_back()) static_cast<void>(written([&] { state_->give_back(); }));
}

void global_thread::commit_when_due() {
    const std::int64_t now = environment_.time.steady_ms();
    const bool due = now - last_commit_ >= environment_.config.commits_every().count();
    if (uncommitted_.fit_to(state_->uncommitted_bytes()) && !due) return;
    last_commit_ = now;
    if (written([&] { state_->commit(); })) refused_since_.reset();
}

void global_thread::commit() {
    try {
        state_->commit();
    } catch (const state_error& refusal) {
        if (!may_pass_later(refusal)) throw;
        log(log_level::warn, concat(name_, " ends without a last commit: ", refusal.what()));
    }
}

/// False: the disk refuses what `write` does, and is to be asked again.
template <class Write>
bool global_thread::written(Write write) {
    try {
        write();
        return true;
    } catch (const state_error& refusal) {
        if (!may_pass_later(refusal)) throw;
        wait_out(refusal);
        return false;
    }
}

/// A disk that is full, say: what is not written stays in memory, and is written with the next commit.
void global_thread::wait_out(const state_error& refusal) {
    const auto limit = environment_.config.task_timeout;
    const std::int64_t now = environment_.time.steady_ms();
    if (!refused_since_) {
        refused_since_ = now;
        log(log_level::warn,
            concat(name_, " keeps its updates in memory: ", refusal.what(), "; trying again", for_task_timeout(limit)));
    }
    if (now - *refused_since_ >= limit.count())
        throw state_error(concat(refusal.what(), "; tried again", for_task_timeout(limit)));
}

void global_thread::close() noexcept {
    try {
        if (state_) state_->close();
    } catch (const std::exception& cause) {
        log(log_level::warn, concat(name_, " closed with an error: ", cause.what()));
    } catch (...) {
        log(log_level::warn, concat(name_, " closed with an error of unknown type"));
    }
    consumer_->close();
}

} // namespace streams::inline v0
