#include "src/runtime/thread/shutdown_request.hpp"

#include "src/runtime/topics/topic_names.hpp"

#include <streams/core/error.hpp>
#include <streams/core/log.hpp>

#include <algorithm>
#include <exception>
#include <vector>

namespace streams::inline v0 {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view mark = "-ShutdownRequest";
constexpr milliseconds slice{100};
constexpr milliseconds between_member_questions{1000};

/// Whether all other members have left; false: nobody says so yet.
bool is_alone(kafka::consumer& member) {
    std::vector<kafka::group_member> members;
    return member.group_members(members, between_member_questions) &&
           std::ranges::all_of(members, asks_for_shutdown, &kafka::group_member::client_id);
}

/// Whether it was alone in the group before `deadline`.
bool await_end_of_others(kafka::consumer& member, const execution& time, std::int64_t deadline) {
    bool joined = false;
    std::int64_t asks_at = 0;
    while (time.steady_ms() < deadline) {
        for (const auto& change : member.poll(slice, 1).rebalances) {
            static_cast<void>(member.acknowledge(change, {}, true));
            joined = change.kind == kafka::rebalance::event::assigned;
            asks_at = 0;
        }
        if (!joined || time.steady_ms() < asks_at) continue;
        if (is_alone(member)) return true;
        asks_at = time.after(between_member_questions);
    }
    return false;
}

} // namespace

std::string shutdown_client_id(std::string_view client_id) { return concat(client_id, mark); }

bool asks_for_shutdown(std::string_view client_id) noexcept { return client_id.ends_with(mark); }

std::string asked_to_end(std::string_view client_id) {
    return concat("instance ", client_id.substr(0, client_id.size() - mark.size()),
                  " asked all instances of the application to end; its log says why");
}

void request_shutdown(const shared_environment& environment, const topology& topology) noexcept {
    const auto& id = environment.config.application_id;
    try {
        const std::int64_t deadline = environment.time.after(patience_at_the_end);
        const auto member =
            environment.clients.make_consumer({.client_id = shutdown_client_id(environment.client_id), .group_id = id});
        const auto topics = input_topics(topology, id);
        if (topics.empty()) return; // no topic of its patterns was found yet
        log(log_level::info, concat("all instances of application ", id, " are asked to end"));
        while (!member->subscribe(topics) && environment.time.steady_ms() < deadline) environment.time.sleep(slice);
        if (!await_end_of_others(*member, environment.time, deadline))
            log(log_level::warn, concat("not all instances of application ", id, " have ended within ",
                                        patience_at_the_end.count(), " ms; see those that still run"));
        member->close();
    } catch (const std::exception& cause) {
        log(log_level::error, concat("the instances of application ", id, " could not be asked to end: ", cause.what(),
                                     "; stop those that still run"));
    }
}

} // namespace streams::inline v0
