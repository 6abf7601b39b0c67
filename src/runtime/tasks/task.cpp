#include "src/runtime/tasks/task.hpp"

#include "src/core/first_failure.hpp"
#include "src/core/log_scope.hpp"
#include "src/runtime/tasks/record_failure.hpp"

#include <streams/core/log.hpp>
#include <streams/core/saturation.hpp>

#include <algorithm>
#include <cassert>
#include <ranges>
#include <utility>

namespace streams::inline v0 {

namespace {

/// As Kafka's `GlobalProcessorContextImpl`: nothing but records calls a node that fills a global store.
void refuse_global(task_id task, std::string_view node) {
    if (task.subtopology < 0)
        throw topology_error(concat("node ", node,
                                    " fills a global store, where nothing is punctuated; schedule() in a "
                                    "processor of a stream instead"));
}

const std::atomic<bool> never_interrupted{false};

} // namespace

stream_task::stream_task(task_stores& stores, const topology& topology, const std::vector<sub_topology>& parts,
                         std::vector<topic_partition> inputs, const task_environment& environment)
    : task_context(stores.at_hand()), stores_(stores), topology_(topology), environment_(environment),
      graph_(topology, parts), group_(environment.config.max_task_idle, environment.progress),
      measures_each_(environment.metrics != nullptr && environment.metrics->thread().debug()),
      pending_(environment.pending),
      interrupted_(environment.interrupted != nullptr ? *environment.interrupted : never_interrupted) {
    begin_without_record(-1);
    add_inputs(parts, std::move(inputs));
}

stream_task::~stream_task() { abandon(); }

void stream_task::add_inputs(const std::vector<sub_topology>& parts, std::vector<topic_partition> inputs) {
    for (topic_partition& input : inputs) {
        source_node* source = nullptr;
        for (const sub_topology& part : parts)
            for (const std::string& declared : part.source_topics)
                if (topic_name(declared) == input.topic) source = graph_.source_of(declared);
        if (source == nullptr)
            throw topology_error(
                concat(task_name(id()), " was given ", to_string(input), ", which none of its sources reads"));
        auto* const measured =
            environment_.metrics != nullptr ? &environment_.metrics->input(source->name(), input.topic) : nullptr;
        inputs_.push_back({.queue = &group_.add_queue(std::move(input), *source, *this), .measured = measured});
    }
}

state_store* stream_task::global_reader(std::string_view name) {
    if (environment_.globals == nullptr || !topology_.is_global_store(name)) return nullptr;
    auto& reader = global_readers_.try_emplace(std::string(name)).first->second;
    if (!reader) reader = environment_.globals->reader(name, stores_.failure());
    return reader.get();
}

state_store& stream_task::store(std::string_view name) {
    if (state_store* global = global_reader(name)) return *global;
    if (initialising_ != nullptr) {
        const auto& connected = initialising_->stores;
        if (std::find(connected.begin(), connected.end(), name) == connected.end())
            throw topology_error(concat("node ", initialising_->name, " has no access to store ", name,
                                        ", which is not connected to it; name the store in the node's declaration, or "
                                        "call topology::connect_store"));
    }
    if (state_store* found = stores_.find(name)) return *found;
    throw topology_error(concat(task_name(id()), " has no store ", name,
                                "; add it with topology::add_store and connect it to the node that asks for it"));
}

void stream_task::initialize(std::span<const kafka::committed_offset> committed) {
    const task_log_scope logged(id());
    go_on();
    for (const auto& found : committed) {
        const std::size_t at = input_of(found.partition);
        if (at == inputs_.size()) continue;
        inputs_[at].committed_offset = found.offset;
        inputs_[at].committed_metadata = decode_commit_metadata(found.metadata);
        const auto& metadata = inputs_[at].committed_metadata;
        inputs_[at].queue->set_partition_time(metadata.partition_time);
        group_.set_stream_time(std::max(group_.stream_time(), metadata.partition_time));
        for (const auto& [key, value] : metadata.processor_metadata) {
            auto& newest = processor_metadata_.try_emplace(key, value).first->second;
            newest = std::max(newest, value);
        }
    }
    call_nodes([&] {
        for (const auto& member : graph_.members()) {
            initialising_ = member.spec;
            member.instance->set_task(*this);
            member.instance->init(*this);
        }
    });
    initialising_ = nullptr;
    initialized_ = true;
    commit_needed_ = stores_.dirty(); // a node may write while it is initialised
}

std::size_t stream_task::input_of(const topic_partition& partition) const noexcept {
    std::size_t at = 0;
    while (at < inputs_.size() && inputs_[at].queue->partition() != partition) ++at;
    return at;
}

void stream_task::hold_input_until(std::int64_t wall_time) {
    held_until_ = held() ? std::max(held_until_, wall_time) : wall_time;
    held_since_ = environment_.time.wall_ms();
}

bool stream_task::held() const {
    if (held_until_ == 0) return false;
    const std::int64_t now = environment_.time.wall_ms();
    // A clock that was set back must not hold the input for as long.
    return now >= held_since_ && now < held_until_;
}

bool stream_task::process() {
    if (!processable()) return false;
    const auto next = group_.take();
    if (measures_each_) lateness_.add(stream_time() - next.timestamp);
    run(next);
    next.queue.release();
    commit_needed_ = true;
    if (!pending_.empty()) work_on_pending();
    return true;
}

std::size_t stream_task::process(std::size_t most) {
    const task_log_scope logged(id());
    std::size_t taken = 0;
    const std::int64_t began = measures_each_ ? steady_time() : 0;
    do { // one at least, however often the thread is interrupted
        if (!process()) break;
        ++taken;
    } while (taken < most && !interrupted_.load(std::memory_order_relaxed));
    if (taken > 0 && environment_.metrics != nullptr) record_round(taken, began);
    return taken;
}

bool stream_task::work_on_pending() {
    if (pending_.empty()) return false;
    const task_log_scope logged(id());
    const std::int64_t now = environment_.time.steady_ms();
    const bool due = pending_.next() <= now;
    if (due) {
        begin_without_record(stream_time());
        commit_needed_ = true;
        call_nodes([&] { pending_.go_on(now); });
    }
    takes_input_ = !settling_ && pending_.have_room();
    return due;
}

bool stream_task::settle() {
    if (pending_.empty()) return true;
    settling_ = true;
    for (;;) {
        work_on_pending();
        if (pending()) return false;
        flush_stores();
        if (!pending()) return true;
    }
}

std::function<void()> stream_task::add_pending(pending_records& of_node) {
    pending_.add(of_node);
    return environment_.wake;
}

void stream_task::run(const partition_group::taken& next) {
    begin_record(next);
    call_nodes([&] {
        try {
            next.queue.source().process(next.raw, next.timestamp, headers_);
        } catch (const undecodable& cause) {
            group_.disregard(next);
            undecodable_head(next.queue, next.raw, cause);
        } catch (...) {
            node_failed(next.queue.source().name(), next.timestamp, headers_);
        }
    });
}

void stream_task::begin_record(const partition_group::taken& next) noexcept {
    const topic_partition& from = next.queue.partition();
    record_context& now = at_hand();
    now.metadata = {from.topic, from.partition, next.raw.offset};
    now.timestamp = next.timestamp;
    now.headers = &headers_;
    raw_ = &next.raw;
    raw_from_ = &from;
    if (next.raw.headers == nullptr)
        headers_.clear();
    else
        headers_ = *next.raw.headers;
}

void stream_task::begin_without_record(std::int64_t timestamp) noexcept {
    headers_.clear();
    raw_ = nullptr;
    at_hand().metadata = {};
    at_hand().timestamp = timestamp;
    at_hand().headers = &headers_;
}

cancellable stream_task::schedule(std::string_view node, std::chrono::milliseconds interval, punctuation_type type,
                                  std::function<void(std::int64_t)> callback) {
    refuse_global(id(), node);
    auto call = [this, node, callback = std::move(callback)](std::int64_t now) { punctuate(node, callback, now); };
    if (type == punctuation_type::stream_time) return on_stream_time_.add(0, interval, std::move(call));
    return on_wall_clock_.add(detail::add_sat(wall_time(), interval.count()), interval, std::move(call));
}

cancellable stream_task::schedule(std::string_view node, std::int64_t start_time, std::chrono::milliseconds interval,
                                  punctuation_type type, std::function<void(std::int64_t)> callback) {
    refuse_global(id(), node);
    auto call = [this, node, callback = std::move(callback)](std::int64_t now) { punctuate(node, callback, now); };
    const bool stream = type == punctuation_type::stream_time;
    return (stream ? on_stream_time_ : on_wall_clock_)
        .add_from(start_time, stream ? stream_time() : wall_time(), interval, std::move(call));
}

std::optional<std::int64_t> stream_task::processor_metadata(std::string_view name) const {
    const auto found = processor_metadata_.find(std::string(name));
    if (found == processor_metadata_.end()) return std::nullopt;
    return found->second;
}

void stream_task::set_processor_metadata(std::string_view name, std::int64_t value) {
    processor_metadata_[std::string(name)] = value;
}

bool stream_task::punctuate_stream_time() {
    const std::int64_t now = stream_time();
    if (settling_ || now < 0 || !on_stream_time_.due(now)) return false;
    return measured(on_stream_time_.punctuate(now, [now](const auto& call) { call(now); }) > 0);
}

bool stream_task::punctuate_wall_clock() {
    const std::int64_t now = wall_time();
    if (settling_ || !on_wall_clock_.due(now)) return false;
    return measured(on_wall_clock_.punctuate(now, [now](const auto& call) { call(now); }) > 0);
}

void stream_task::punctuate(std::string_view node, const punctuation_queue::callback& call, std::int64_t time) {
    const task_log_scope logged(id());
    begin_without_record(time);
    commit_needed_ = true;
    call_nodes([&] {
        try {
            call(time);
        } catch (...) {
            node_failed(node, time, headers_);
        }
    });
}

void stream_task::flush_stores() {
    const task_log_scope logged(id());
    commit_requested_ = false;
    begin_without_record(stream_time());
    call_nodes([&] {
        try {
            stores_.flush();
        } catch (const std::exception& cause) {
            throw_unanswerable(stores_.failure());
            throw_failed_task(id(), "forwarded cached updates", cause);
        }
    });
}

std::vector<kafka::committed_offset> stream_task::committable() {
    assert(!stores_.dirty() && "offsets must not be committed ahead of updates");
    assert(!pending() && "offsets must not be committed ahead of records that are pending");
    prepared_.clear();
    std::vector<kafka::committed_offset> offsets;
    for (std::size_t at = 0; at < inputs_.size(); ++at) {
        input_state& input = inputs_[at];
        const auto after_taken = input.queue->next_offset();
        auto offset = after_taken;
        if (input.queue->empty() && environment_.progress != nullptr)
            if (const auto position = environment_.progress->position(input.queue->partition()))
                offset = std::max(offset.value_or(*position), *position);
        // Where nothing was taken since, control records that were committed stay so.
        if (!offset || after_taken == input.committed_after) offset = std::max(offset, input.committed_offset);
        commit_metadata metadata{input.queue->partition_time(), processor_metadata_};
        if (!offset || (offset == input.committed_offset && metadata == input.committed_metadata)) continue;
        offsets.push_back({input.queue->partition(), *offset, encode(metadata)});
        prepared_.push_back({at, *offset, after_taken, std::move(metadata)});
    }
    return offsets;
}

std::optional<std::int64_t> stream_task::reads_on_at(std::size_t input) const {
    const input_state& state = inputs_[input];
    // Control records that were committed are not read again.
    const bool none_since = state.queue->empty() && state.queue->next_offset() == state.committed_after;
    return none_since ? std::max(state.queue->read_to(), state.committed_offset) : state.queue->read_to();
}

std::vector<kafka::committed_offset> stream_task::last_committed() const {
    std::vector<kafka::committed_offset> offsets;
    for (const input_state& input : inputs_)
        if (input.committed_offset)
            offsets.push_back({input.queue->partition(), *input.committed_offset, encode(input.committed_metadata)});
    return offsets;
}

query_position stream_task::covered(std::string_view store, isolation_level seen) const {
    query_position covered;
    // What is pending was taken, and has not reached the stores.
    const bool committed_only = seen == isolation_level::read_committed || pending();
    // What the group has committed before, no changelog has brought.
    const bool own_only = stores_.named(store).changelog_topic.empty();
    for (const input_state& input : inputs_) {
        const topic_partition& partition = input.queue->partition();
        const auto taken = committed_only ? std::nullopt : input.queue->next_offset();
        if (own_only && !taken && !stores_.has_taken_in(partition)) continue;
        const auto next = std::max(input.committed_offset, taken);
        if (next && *next > 0) covered.add(partition, *next - 1);
    }
    return covered;
}

bool stream_task::stands_at(std::span<const kafka::committed_offset> committed) const {
    return std::ranges::all_of(inputs_, [&](const input_state& input) {
        const auto found = std::ranges::find(committed, input.queue->partition(), &kafka::committed_offset::partition);
        if (found == committed.end()) return !input.committed_offset;
        return input.committed_offset == found->offset &&
               input.committed_metadata == decode_commit_metadata(found->metadata);
    });
}

void stream_task::committed(const std::function<std::optional<std::int64_t>(const task_store&)>& acknowledged) {
    for (prepared& each : prepared_) {
        if (each.after_taken) stores_.take_in(inputs_[each.input].queue->partition());
        inputs_[each.input].committed_offset = each.offset;
        inputs_[each.input].committed_after = each.after_taken;
        inputs_[each.input].committed_metadata = std::move(each.metadata);
    }
    prepared_.clear();
    commit_needed_ = false;
    unsettle();
    stores_.committed(acknowledged);
}

void stream_task::close() {
    const task_log_scope logged(id());
    if (std::exchange(closed_, true)) return;
    if (!initialized_) return;
    first_failure failure;
    const bool settled = !pending();
    for (const auto& member : graph_.members())
        failure.attempt([&] {
            call_nodes([&] { member.instance->close(); });
            if (settled && pending())
                throw streams_error(concat("node ", member.spec->name,
                                           " forwards records while it is closed, which another service would have to "
                                           "be called for; forward them before, in a punctuation for example"));
        });
    failure.rethrow();
}

void stream_task::abandon() noexcept {
    const task_log_scope logged(id());
    try {
        close();
    } catch (const std::exception& cause) {
        log(log_level::warn, concat(task_name(id()), " closed with an error: ", cause.what()));
    } catch (...) {
        log(log_level::warn, concat(task_name(id()), " closed with an error of unknown type"));
    }
}

std::string stream_task::topic_name(std::string_view declared) const {
    return full_topic_name(topology_, application_id(), declared);
}

} // namespace streams::inline v0
