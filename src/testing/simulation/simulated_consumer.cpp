#include "src/testing/simulation/simulated_consumer.hpp"

#include "src/embedded/clients.hpp"
#include "src/testing/simulation/simulated_call.hpp"

#include <algorithm>
#include <string>

namespace streams::inline v0::simulated {

using kafka::result;

simulated_consumer::simulated_consumer(std::shared_ptr<simulated_process> process,
                                       const kafka::consumer_options& options)
    : process_(std::move(process)), poll_call_(options.restore ? seam_call::restore_poll : seam_call::poll),
      real_(embedded::make_clients(process_->around().cluster)->make_consumer(options)) {}

simulated_consumer::~simulated_consumer() { process_->leave(this); }

result simulated_consumer::subscribe(std::span<const std::string> topics) {
    return call_within(*process_, seam_call::subscribe, [&] {
        auto answer = real_->subscribe(topics);
        process_->join(this, [this] { expire(); });
        return answer;
    });
}

void simulated_consumer::expire() {
    const auto handle = real_->group().handle;
    const auto& member = *static_cast<const embedded::membership*>(handle.get());
    if (const auto group = process_->around().cluster->find_group(member.group_id)) group->leave(member.member_id);
}

result simulated_consumer::assign(std::span<const std::pair<topic_partition, std::int64_t>> partitions) {
    return call_within(*process_, seam_call::assign, [&] {
        begin_reading(partitions, false);
        return real_->assign(partitions);
    });
}

void simulated_consumer::begin_reading(std::span<const std::pair<topic_partition, std::int64_t>> positions,
                                       bool paused) {
    reading_.clear();
    for (const auto& [partition, offset] : positions) reading_.emplace(partition, paused);
}

kafka::poll_result simulated_consumer::poll_led(kafka::milliseconds timeout, std::size_t max_records) {
    auto& around = process_->around();
    const auto away = around.topics.led_from() - around.now();
    if (away <= 0) return real_->poll(timeout, max_records);
    std::vector<topic_partition> held;
    for (const auto& [partition, paused] : reading_)
        if (!paused && !around.topics.has_leader(partition)) held.push_back(partition);
    static_cast<void>(real_->pause(held));
    auto polled = real_->poll(std::min(timeout, kafka::milliseconds(away)), max_records);
    static_cast<void>(real_->resume(held));
    return polled;
}

kafka::poll_result simulated_consumer::poll(kafka::milliseconds timeout, std::size_t max_records) {
    kafka::poll_result polled;
    if (auto refused = process_->before(poll_call_)) {
        polled.errors.push_back(*std::move(refused));
        return polled;
    }
    auto& around = process_->around();
    if (const auto away = around.brokers_away_until - around.now(); away > 0) {
        around.scheduler.sleep(std::min(timeout, kafka::milliseconds(away)));
        return polled;
    }
    polled = poll_led(timeout, std::min(max_records, around.most_polled));
    if (auto lost = process_->after(poll_call_)) {
        if (!process_->alive()) polled = {};
        polled.errors.push_back(*std::move(lost));
    }
    return polled;
}

result simulated_consumer::acknowledge(const kafka::rebalance& change,
                                       std::span<const std::pair<topic_partition, std::int64_t>> positions,
                                       bool paused) {
    return call_within(*process_, seam_call::acknowledge, [&] {
        begin_reading(positions, paused);
        return real_->acknowledge(change, positions, paused);
    });
}

result simulated_consumer::pause(std::span<const topic_partition> partitions) {
    return call_within(*process_, seam_call::pause, [&] {
        for (const topic_partition& each : partitions)
            if (const auto found = reading_.find(each); found != reading_.end()) found->second = true;
        return real_->pause(partitions);
    });
}

result simulated_consumer::resume(std::span<const topic_partition> partitions) {
    return call_within(*process_, seam_call::resume, [&] {
        for (const topic_partition& each : partitions)
            if (const auto found = reading_.find(each); found != reading_.end()) found->second = false;
        return real_->resume(partitions);
    });
}

result simulated_consumer::seek(const topic_partition& partition, std::int64_t offset) {
    return call_within(*process_, seam_call::seek, [&] { return real_->seek(partition, offset); });
}

std::optional<std::int64_t> simulated_consumer::position(const topic_partition& partition) {
    return real_->position(partition); // asks nobody
}

std::optional<std::int64_t> simulated_consumer::known_end(const topic_partition& partition) {
    return real_->known_end(partition); // asks nobody
}

std::optional<std::int64_t> simulated_consumer::known_high_watermark(const topic_partition& partition) {
    return real_->known_high_watermark(partition); // asks nobody
}

result simulated_consumer::commit(std::span<const kafka::committed_offset> offsets, kafka::milliseconds timeout) {
    std::string detail = "commit";
    for (const auto& each : offsets) detail += concat(' ', to_string(each.partition), '@', each.offset);
    return call_within(*process_, seam_call::commit, detail, [&] { return real_->commit(offsets, timeout); });
}

result simulated_consumer::committed(std::span<const topic_partition> partitions,
                                     std::vector<kafka::committed_offset>& found, kafka::milliseconds timeout) {
    return ask_within(*process_, seam_call::committed, found,
                      [&](auto& into) { return real_->committed(partitions, into, timeout); });
}

result simulated_consumer::bounds(const topic_partition& partition, kafka::log_bounds& found,
                                  kafka::milliseconds timeout) {
    return ask_within(*process_, seam_call::bounds, found, [&](auto& into) {
        auto unled = without_leader(*process_, partition);
        return unled ? *std::move(unled) : real_->bounds(partition, into, timeout);
    });
}

result simulated_consumer::group_members(std::vector<kafka::group_member>& found, kafka::milliseconds timeout) {
    return ask_within(*process_, seam_call::group_members, found,
                      [&](auto& into) { return real_->group_members(into, timeout); });
}

void simulated_consumer::leave() {
    if (process_->before(seam_call::close)) return;
    real_->leave();
}

void simulated_consumer::close() {
    process_->leave(this);
    if (process_->before(seam_call::close)) return;
    real_->close();
}

} // namespace streams::inline v0::simulated
