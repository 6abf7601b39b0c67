// What the group gives to a stream thread and takes from it, in steps between two polls.

#include "src/core/log_scope.hpp"
#include "src/runtime/thread/recovery.hpp"
#include "src/runtime/thread/shutdown_request.hpp"
#include "src/runtime/thread/standby_placement.hpp"
#include "src/runtime/thread/stream_thread.hpp"
#include "src/runtime/topics/topic_names.hpp"

#include <streams/core/log.hpp>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace streams::inline v0 {
namespace {

/// The whole group waits for a member that lets go of its partitions.
constexpr std::chrono::milliseconds longest_letting_go{30'000};

std::string list_of(const task_manager& tasks) {
    if (tasks.empty()) return "no tasks";
    std::string text = tasks.all().size() == 1 ? "task" : "tasks";
    for (const auto& each : tasks.all()) text += concat(' ', to_string(each->id()));
    return text;
}

} // namespace

/// In the order in which the group has told them. One that another has overtaken is not gone on with: an assignment that is
/// taken back before it was taken on, or a revocation that took so long that the partitions are lost.
void stream_thread::go_on_with_rebalances() {
    while (!rebalances_.empty()) {
        const kafka::rebalance& oldest = rebalances_.front();
        const bool overtaken = rebalances_.size() > 1 && oldest.kind != kafka::rebalance::event::lost;
        if (!overtaken && !done(oldest)) return;
        if (overtaken && oldest.kind == kafka::rebalance::event::assigned) pass_over(oldest);
        taking_on_.reset();
        acknowledging_.reset();
        letting_go_.reset();
        rebalances_.pop_front();
    }
}

bool stream_thread::done(const kafka::rebalance& change) {
    if (!rebalancing_since_) rebalancing_since_ = environment_.time.steady_ms();
    if (acknowledging_) return acknowledged(change);
    switch (change.kind) {
    case kafka::rebalance::event::assigned:
        return taken_on(change);
    case kafka::rebalance::event::revoked:
        return let_go() && acknowledged(change);
    case kafka::rebalance::event::lost:
        log(log_level::info,
            concat(name_, " lost its partitions to other members; what was not committed is done again"));
        give_up();
        return acknowledged(change);
    }
    return true;
}

/// With nothing: what was assigned is not read. The group waits for it.
bool stream_thread::acknowledged(const kafka::rebalance& change) {
    if (!acknowledging_) acknowledging_ = environment_.retried("acknowledge a rebalance");
    return acknowledging_->step([&](auto) {
        auto answer = consumer_->acknowledge(change, {}, false);
        if (answer || answer.kind() == kafka::error_class::retriable) return answer;
        log(log_level::warn, concat(name_, " could not acknowledge a rebalance: ", answer.reason()));
        return kafka::result();
    });
}

bool stream_thread::taken_on(const kafka::rebalance& assigned) {
    set_running(false);
    if (!taking_on_) {
        note_generation();
        taking_on_.emplace(taking_on{.learning = environment_.retried("learn what the group gave to its members")});
    }
    if (!taking_on_->starts) {
        try {
            if (!learned_assignment()) return false;
        } catch (const fenced_error& cause) {
            log(log_level::info, concat(name_, " takes on nothing yet: ", cause.what()));
            pass_over(assigned);
            return acknowledged(assigned);
        }
        adopt_group();
        if (!std::exchange(was_assigned_, true) && is_outdated()) leave_outdated(assigned);
        want(assigned);
    }
    try {
        if (!found_starts()) return false;
        begin_assigned(assigned);
    } catch (const fenced_error&) {
        turn_down(assigned); // the group is joined again
        throw;
    }
    return true;
}

/// Invalidates `assigned`.
void stream_thread::turn_down(const kafka::rebalance& assigned) {
    static_cast<void>(consumer_->acknowledge(assigned, {}, false));
    taking_on_.reset();
    rebalances_.pop_front();
}

/// Whether nobody was given a partition of the topics that it has subscribed to. A static member that comes back is given what
/// its former self had, whatever it subscribes to now (KAFKA-12759), and librdkafka takes it for what it wants.
bool stream_thread::is_outdated() const {
    const auto& group = taking_on_->group;
    const std::set<topic_partition> given(group.begin(), group.end());
    const auto& topology = environment_.topology();
    const auto topics = input_topics(topology, environment_.config.application_id);
    return std::ranges::any_of(topics, [&](const std::string& topic) {
        const auto width = layout_.partitions.find(topic);
        if (width == layout_.partitions.end()) return false;
        for (std::int32_t partition = 0; partition < width->second; ++partition)
            if (!given.contains({topic, partition})) return true;
        return false;
    });
}

void stream_thread::leave_outdated(const kafka::rebalance& assigned) {
    turn_down(assigned);
    consumer_->leave();
    throw fenced_error("what the group gave to its members is from before it subscribed");
}

/// In a generation without this member others may have worked on its tasks, and have told nobody.
void stream_thread::note_generation() {
    const auto before = std::exchange(generation_, consumer_->generation());
    const bool followed = before && generation_ && (*generation_ == *before || *generation_ == *before + 1);
    if (tasks_.empty() || followed) return;
    log(log_level::info, concat(name_, " makes its tasks anew, which others may have had meanwhile"));
    hand_over(tasks_.ids());
}

/// An assignment that is not taken on. What it gives to others, they may work on.
void stream_thread::pass_over(const kafka::rebalance& assigned) {
    const auto among = [](const topic_partition& input, const std::vector<topic_partition>& partitions) {
        return std::ranges::find(partitions, input) != partitions.end();
    };
    std::vector<task_id> gone;
    for (const auto& each : tasks_.all())
        if (std::ranges::any_of(each->inputs(), [&](const topic_partition& input) {
                return among(input, given_) && !among(input, assigned.partitions);
            }))
            gone.push_back(each->id());
    hand_over(gone);
    given_ = assigned.partitions;
}

/// Throws stopped_error where one of the members asks all to end.
bool stream_thread::learned_assignment() {
    auto& members = taking_on_->members;
    const bool learned = taking_on_->learning.step([&](auto timeout) {
        members.clear();
        return consumer_->group_members(members, timeout);
    });
    if (!learned) return false;
    for (const kafka::group_member& member : members) {
        if (asks_for_shutdown(member.client_id)) {
            environment_.on_shutdown_request(member.client_id);
            throw stopped_error("all instances are to end");
        }
        std::ranges::copy(member.partitions, std::back_inserter(taking_on_->group));
    }
    return true;
}

/// Of the topics that it has subscribed to.
void stream_thread::adopt_view() {
    if (environment_.view == subscribed_ && assignor_) return;
    environment_.view = subscribed_;
    assignor_ = make_range_assignor(environment_.topology(), environment_.config.application_id);
    layout_ = environment_.layout();
}

/// Without topics of a pattern that nobody was given any of: they are gone, or not there for all yet.
std::vector<topic_partition> stream_thread::inputs_of(task_id task) const {
    auto inputs = task_inputs(environment_.topology(), environment_.config.application_id, layout_, task);
    std::erase_if(inputs, [&](const topic_partition& input) {
        return is_found_by_pattern(environment_.topology(), input.topic) &&
               std::ranges::find(taking_on_->group, input.topic, &topic_partition::topic) == taking_on_->group.end();
    });
    return inputs;
}

/// Takes the width of topics from what the group was given.
void stream_thread::adopt_group() {
    adopt_view();
    if (std::ranges::any_of(taking_on_->group,
                            [&](const auto& each) { return !layout_.partitions.contains(each.topic); }))
        environment_.on_other_topics();
    layout_ = grown(std::move(layout_), environment_.topology(), environment_.config, taking_on_->group);
    adopt_standbys();
}

/// Where standbys are kept, here and elsewhere.
void stream_thread::adopt_standbys() {
    const auto& members = taking_on_->members;
    const auto placed = standbys_by_member();
    std::vector<std::vector<topic_partition>> inputs(members.size());
    for (std::size_t at = 0; at < members.size(); ++at) {
        if (members[at].self) taking_on_->standbys = placed[at];
        for (const task_id task : placed[at]) std::ranges::move(inputs_of(task), std::back_inserter(inputs[at]));
    }
    environment_.instances.note(members, inputs);
}

/// Of tasks that have something to follow.
std::vector<std::vector<task_id>> stream_thread::standbys_by_member() const {
    auto placed = place_standbys(taking_on_->members, environment_.config.num_standby_replicas, *assignor_);
    const auto& topology = environment_.topology();
    std::set<std::int32_t> followed;
    for (const sub_topology& part : topology.sub_topologies())
        if (std::ranges::any_of(part.stores, [&](const std::string& name) {
                return !changelog_topic_name(topology, environment_.config.application_id, *topology.find_store(name))
                            .empty();
            }))
            followed.insert(part.id);
    for (auto& tasks : placed)
        std::erase_if(tasks, [&](const task_id each) { return !followed.contains(each.subtopology); });
    return placed;
}

/// Works out what tasks this thread has now, and closes those that the group has given to others, or changed.
void stream_thread::want(const kafka::rebalance& assigned) {
    auto& wanted = taking_on_->wanted;
    environment_.group.note(division_of(environment_.topology(), environment_.config.application_id, layout_,
                                        *assignor_, taking_on_->members),
                            environment_.time.steady_ms());
    for (const task_id id : assignor_->assign(assigned.partitions, taking_on_->group)) wanted[id] = inputs_of(id);
    std::vector<task_id> gone;
    for (const auto& each : tasks_.all()) {
        const auto found = wanted.find(each->id());
        if (each->state() != task_state::suspended || found == wanted.end() || found->second != each->inputs())
            gone.push_back(each->id());
    }
    hand_over(gone);
    const auto within = environment_.task_patience();
    taking_on_->starts.emplace(environment_.topology(), environment_.config, environment_.longest_step());
    for (const auto& [id, inputs] : wanted) taking_on_->starts->add(id, inputs, within);
    taking_on_->uncompared = tasks_.ids();
}

/// Whether it is known where tasks begin, but for those in trouble: they are located later, and no other waits for them.
bool stream_thread::found_starts() {
    start_search& starts = *taking_on_->starts;
    const std::int64_t until = environment_.time.after(slice);
    starts.step(*consumer_, environment_.time, until);
    close_strangers();
    const bool all = starts.step(*consumer_, environment_.time, until);
    close_strangers();
    return all || starts.tried();
}

/// A task on which somebody else has worked meanwhile is made anew. The others know where they read on.
void stream_thread::close_strangers() {
    start_search& starts = *taking_on_->starts;
    std::vector<task_id> gone;
    std::erase_if(taking_on_->uncompared, [&](const task_id id) {
        const managed_task& stays = *tasks_.find(id);
        if (!starts.knows_committed(stays.inputs())) return false;
        if (stays.stands_at(starts.committed()))
            starts.leave_out(stays.inputs());
        else
            gone.push_back(id);
        return true;
    });
    hand_over(gone);
}

/// All of them, whatever one throws: nobody comes back to those that were left.
void stream_thread::hand_over(std::span<const task_id> tasks) {
    std::exception_ptr failure;
    for (const task_id id : tasks) {
        const task_log_scope logged(id);
        try {
            tasks_.close(id);
        } catch (const state_error& cause) { // what is committed is in the changelog too
            log(log_level::warn, concat(task_name(id), " was handed over with an error: ", cause.what()));
        } catch (...) {
            if (!failure) failure = std::current_exception();
        }
    }
    if (failure) std::rethrow_exception(failure);
}

void stream_thread::begin_assigned(const kafka::rebalance& assigned) {
    start_search& starts = *taking_on_->starts;
    std::vector<std::pair<topic_partition, std::int64_t>> positions;
    std::vector<managed_task*> staying;
    bool all_located = true;
    for (const auto& [id, inputs] : taking_on_->wanted) {
        managed_task* const stays = tasks_.find(id);
        managed_task& task = stays != nullptr ? *stays : tasks_.plan(id, inputs);
        if (stays != nullptr) {
            staying.push_back(stays);
            task.located = std::ranges::find(taking_on_->uncompared, id) == taking_on_->uncompared.end();
        } else if (starts.knows(inputs)) {
            task.locate(starts.committed(), starts.positions());
        } else {
            task.misplace();
        }
        for (const topic_partition& input : inputs) // any will do for one that is sought before it is read
            positions.emplace_back(input, stays != nullptr || task.located ? task.reads_on_at(input) : 0);
        if (task.located) {
            starts.forget(inputs);
            continue;
        }
        all_located = false;
        log(log_level::warn, concat(name_, " does not know yet what is committed of ", task_name(id),
                                    ", or where it begins to read; others go on"));
    }
    for (const auto& [partition, offset] : positions) starts_[partition] = offset;
    // Paused until its task runs; a partition that the group gave us and no task of ours reads is left out.
    const auto answer = consumer_->acknowledge(assigned, positions, true);
    if (!answer) {
        if (answer.kind() == kafka::error_class::fatal)
            throw cluster_error(concat("assigned partitions cannot be read: ", answer.reason()));
        throw fenced_error(answer.reason());
    }
    if (!all_located) locating_.emplace(std::move(starts));
    tasks_.keep_standbys(taking_on_->standbys);
    assigned_ = true;
    given_ = assigned.partitions;
    committer_->assigned(tasks_.ids());
    for (managed_task* const task : staying) {
        task->stay_in_place();
        if (task->located) go_on_with(*task);
    }
    if (tasks_.empty()) trouble_.end();
    log(log_level::info, concat(name_, " was assigned ", list_of(tasks_)));
}

/// Commits, where it can be done, and keeps what is open for a task that comes back.
bool stream_thread::let_go() {
    set_running(false);
    assigned_ = false;
    try {
        if (!letting_go_) {
            letting_go_.emplace(environment_.time, environment_.stop,
                                std::min(longest_letting_go, environment_.longest_step()));
            call_to_commit();
        }
        if (!commit_done() || !commit_settled(environment_.task_patience())) return false;
        if (!due_.empty() && !letting_go_->over()) return false;
        if (!due_.empty())
            throw lost_records_error(concat("records have waited ", letting_go_->limit().count(),
                                            " ms for answers of other services, and the group waits for their tasks"));
    } catch (...) {
        hand_over_uncommitted(std::current_exception());
    }
    letting_go_.reset();
    if (!committer_->at_rest(slice)) {
        log(log_level::warn, concat(name_, " closes its tasks and its producer, which still holds records of before"));
        give_up();
    }
    tasks_.suspend();
    forget_inputs();
    return true;
}

void stream_thread::hand_over_uncommitted(const std::exception_ptr& failure) {
    if (!done_again(failure)) std::rethrow_exception(failure);
    log(log_level::warn, concat(name_, " hands its tasks over without a last commit: ", message_of(failure)));
    const auto needed = recovery_of(failure);
    if (needed == recovery::roll_back || needed == recovery::pass_over || needed == recovery::set_aside)
        undo();
    else
        give_up();
}

} // namespace streams::inline v0
