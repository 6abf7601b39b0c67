#include "src/runtime/task.hpp"

#include "src/runtime/record_failure.hpp"

#include <streams/core/log.hpp>
#include <streams/core/saturation.hpp>

#include <algorithm>
#include <cassert>
#include <ranges>
#include <utility>

namespace streams::inline v0 {

namespace {

/// Below, a store would go to the disk for nearly every key; above, memory buys little.
constexpr std::size_t least_store_memory = 512 << 10;
constexpr std::size_t most_store_memory = 16 << 20;

/// Of stores that feed one another, in one commit; more is a loop without an end.
constexpr std::size_t most_repeated_flushes = 10'000;

std::size_t share_of(std::size_t memory, std::size_t stores) {
    return memory == 0 || stores == 0 ? 0 : std::clamp(memory / stores, least_store_memory, most_store_memory);
}

} // namespace

stream_task::stream_task(task_id id, const topology& of, const std::vector<sub_topology>& parts,
                         std::vector<topic_partition> inputs, const task_environment& environment)
    : id_(id), topology_(of), environment_(environment), graph_(of, parts),
      group_(environment.config.max_task_idle, environment.progress) {
    begin_without_record(-1);
    connect_inputs(parts, std::move(inputs));
    open_stores();
}

stream_task::~stream_task() { close_dirty(); }

void stream_task::connect_inputs(const std::vector<sub_topology>& parts, std::vector<topic_partition> inputs) {
    for (topic_partition& input : inputs) {
        source_node* source = nullptr;
        for (const sub_topology& part : parts)
            for (const std::string& declared : part.source_topics)
                if (topic_name(declared) == input.topic) source = graph_.source_of(declared);
        if (source == nullptr)
            throw topology_error(concat(task_name(id_), " was given ", to_string(input),
                                        ", which none of its sources reads"));
        inputs_.push_back({&group_.add_queue(std::move(input), *source, *this)});
    }
}

void stream_task::open_stores() {
    stores_.reserve(graph_.stores().size());
    const auto cached = std::count_if(graph_.stores().begin(), graph_.stores().end(),
                                      [](const store_spec* spec) { return spec->caching; });
    const std::int64_t share = cached == 0 ? 0 : environment_.cache_bytes / cached;
    const std::size_t memory = share_of(environment_.memory_bytes, graph_.stores().size());
    for (const store_spec* declared : graph_.stores()) {
        task_store opened{*declared, changelog_topic_name(topology_, application_id(), *declared), nullptr, nullptr};
        if (environment_.stores_in_memory) opened.spec.persistent = false;
        if (declared->logging && !opened.reuses_source() && environment_.changelog_of)
            opened.sink = environment_.changelog_of(*declared);
        opened.store = make_store(opened.spec, {environment_.directory, at_hand(), opened.sink.get(),
                                                declared->caching ? share : 0, &environment_.time, memory});
        stores_.push_back(std::move(opened));
    }
}

state_store* stream_task::find_store(std::string_view name) noexcept {
    for (task_store& each : stores_)
        if (each.spec.name == name) return &each.store->store();
    return nullptr;
}

state_store* stream_task::global_reader(std::string_view name) {
    if (environment_.globals == nullptr || !topology_.is_global_store(name)) return nullptr;
    auto& reader = global_readers_.try_emplace(std::string(name)).first->second;
    if (!reader) reader = environment_.globals->reader(name);
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
    if (state_store* found = find_store(name)) return *found;
    throw topology_error(concat(task_name(id_), " has no store ", name,
                                "; add it with topology::add_store and connect it to the node that asks for it"));
}

void stream_task::initialize(std::span<const kafka::committed_offset> committed) {
    for (const auto& found : committed) {
        const std::size_t at = input_of(found.partition);
        if (at == inputs_.size()) continue;
        inputs_[at].committed_offset = found.offset;
        inputs_[at].committed_metadata = decode_commit_metadata(found.metadata);
        const auto& metadata = inputs_[at].committed_metadata;
        inputs_[at].queue->set_partition_time(metadata.partition_time);
        group_.set_stream_time(std::max(group_.stream_time(), metadata.partition_time));
        for (const auto& [key, value] : metadata.of_processors) {
            auto& newest = processor_metadata_.try_emplace(key, value).first->second;
            newest = std::max(newest, value);
        }
    }
    guarded([&] {
        for (const auto& member : graph_.members()) {
            initialising_ = member.spec;
            member.instance->set_task(*this);
            member.instance->init(*this);
        }
    });
    initialising_ = nullptr;
    initialized_ = true;
    commit_needed_ = dirty(); // a node may write while it is initialised
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
    run(next);
    next.queue.release();
    commit_needed_ = true;
    return true;
}

std::size_t stream_task::process(std::size_t most) {
    std::size_t taken = 0;
    while (taken < most && process()) ++taken;
    return taken;
}

void stream_task::run(const partition_group::taken& next) {
    begin_record(next);
    guarded([&] {
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

/// Lets the damage of a store name this task.
template <class Work>
void stream_task::guarded(const Work& work) {
    try {
        work();
    } catch (const corrupt_state_error& cause) {
        throw corrupt_task_error(id_, cause);
    }
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
    auto call = [this, node, callback = std::move(callback)](std::int64_t now) { punctuate(node, callback, now); };
    if (type == punctuation_type::stream_time) return on_stream_time_.add(0, interval, std::move(call));
    return on_wall_clock_.add(detail::add_sat(wall_time(), interval.count()), interval, std::move(call));
}

cancellable stream_task::schedule(std::string_view node, std::int64_t start_time, std::chrono::milliseconds interval,
                                  punctuation_type type, std::function<void(std::int64_t)> callback) {
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
    if (now < 0 || !on_stream_time_.due(now)) return false;
    return on_stream_time_.punctuate(now, [now](const auto& call) { call(now); }) > 0;
}

bool stream_task::punctuate_wall_clock() {
    const std::int64_t now = wall_time();
    if (!on_wall_clock_.due(now)) return false;
    return on_wall_clock_.punctuate(now, [now](const auto& call) { call(now); }) > 0;
}

void stream_task::punctuate(std::string_view node, const punctuation_queue::callback& call, std::int64_t time) {
    begin_without_record(time);
    commit_needed_ = true;
    guarded([&] {
        try {
            call(time);
        } catch (...) {
            node_failed(node, time, headers_);
        }
    });
}

std::size_t stream_task::uncommitted_bytes() const {
    std::size_t sum = 0;
    for (const task_store& each : stores_) sum += each.store->uncommitted_bytes();
    return sum;
}

void stream_task::prepare_commit() {
    commit_requested_ = false;
    begin_without_record(stream_time());
    guarded([&] {
        try {
            flush_stores();
        } catch (const std::exception& cause) {
            throw_unanswerable();
            throw_failed_task(id_, "forwarded cached updates", cause);
        }
    });
}

bool stream_task::dirty() const {
    return std::ranges::any_of(stores_, [](const task_store& each) { return each.store->dirty(); });
}

void stream_task::flush_stores() {
    const auto forwards = [](const task_store& each) { return each.store->forwards(); };
    std::ranges::for_each(stores_ | std::views::filter(forwards), [](task_store& each) { each.store->flush(); });
    // Whatever was flushed may have been written again by what follows a store that came later: upstream first, until
    // all caches are at rest.
    const auto waits = [&](const task_store& each) { return forwards(each) && each.store->dirty(); };
    std::size_t flushes = 0;
    for (auto next = std::ranges::find_if(stores_, waits); next != stores_.end();
         next = std::ranges::find_if(stores_, waits)) {
        if (++flushes > most_repeated_flushes)
            throw streams_error(concat("store ", next->spec.name, " is written again however often its cache is flushed, "
                                       "since nodes behind it write to it; set caching to false where it is declared"));
        next->store->flush();
    }
    for (task_store& each : stores_)
        if (!forwards(each)) each.store->flush();
}

std::vector<kafka::committed_offset> stream_task::committable(bool count_control_records) {
    assert(!dirty() && "offsets must not be committed ahead of updates");
    prepared_.clear();
    std::vector<kafka::committed_offset> offsets;
    for (std::size_t at = 0; at < inputs_.size(); ++at) {
        input_state& input = inputs_[at];
        const auto after_taken = input.queue->next_offset();
        auto offset = after_taken;
        if (count_control_records && input.queue->empty() && environment_.progress != nullptr)
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

void stream_task::committed(const std::function<std::optional<std::int64_t>(const task_store&)>& acknowledged) {
    for (prepared& each : prepared_) {
        inputs_[each.input].committed_offset = each.offset;
        inputs_[each.input].committed_after = each.after_taken;
        inputs_[each.input].committed_metadata = std::move(each.metadata);
    }
    prepared_.clear();
    commit_needed_ = false;
    guarded([&] {
        for (task_store& each : stores_) each.store->committed(acknowledged(each));
    });
}

void stream_task::close_stores() {
    for (task_store& each : stores_) each.store->close();
}

void stream_task::close_clean() {
    if (std::exchange(closed_, true)) return;
    std::exception_ptr failure;
    for (const auto& member : graph_.members()) {
        if (!initialized_) break;
        try {
            member.instance->close();
        } catch (...) {
            if (!failure) failure = std::current_exception();
        }
    }
    close_stores();
    if (failure) std::rethrow_exception(failure);
}

void stream_task::close_dirty() noexcept {
    if (closed_) return;
    try {
        close_clean();
    } catch (const std::exception& cause) {
        log(log_level::warn, concat(task_name(id_), " closed with an error: ", cause.what()));
    } catch (...) {
        log(log_level::warn, concat(task_name(id_), " closed with an error of unknown type"));
    }
}

std::string stream_task::topic_name(std::string_view declared) const {
    return full_topic_name(topology_, application_id(), declared);
}

} // namespace streams::inline v0
