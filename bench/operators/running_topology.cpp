#include "operators/running_topology.hpp"

#include "src/runtime/topics/topic_names.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace operators {

namespace {

/// A changelog as a producer takes it: every byte is copied once.
class counted_changelog final : public streams::changelog_sink {
public:
    explicit counted_changelog(std::int64_t& logged) : logged_(logged) {}
    void append(streams::bytes_view key, std::optional<streams::bytes_view> value, std::int64_t,
                const streams::headers*) override {
        outgoing_.assign(key.begin(), key.end());
        if (value) outgoing_.insert(outgoing_.end(), value->begin(), value->end());
        ++logged_;
    }

private:
    std::int64_t& logged_;
    std::vector<std::byte> outgoing_;
};

streams::memory_limits limits(std::optional<std::size_t> hot_bytes) {
    auto all = streams::memory_limits_of({});
    if (hot_bytes) all[streams::memory_role::hot_tier] = {.of_role = *hot_bytes, .of_holder = *hot_bytes};
    return all;
}

std::vector<std::string> names_of_internal_topics(const streams::topology& of, const std::string& application) {
    std::vector<std::string> names;
    for (const auto& topic : of.repartition_topics())
        names.push_back(streams::full_topic_name(of, application, topic.name));
    return names;
}

} // namespace

looping_collector::looping_collector(std::vector<std::string> read_back) {
    for (std::string& topic : read_back) looped_.push_back({std::move(topic)});
}

std::int32_t looping_collector::open(std::string_view topic, const streams::record_sender&) {
    const auto known = std::find(names_.begin(), names_.end(), topic);
    if (known != names_.end()) return static_cast<std::int32_t>(known - names_.begin());
    names_.emplace_back(topic);
    const auto loop =
        std::find_if(looped_.begin(), looped_.end(), [&](const looped& each) { return each.topic == topic; });
    loop_of_.push_back(loop == looped_.end() ? -1 : static_cast<std::int32_t>(loop - looped_.begin()));
    return static_cast<std::int32_t>(names_.size() - 1);
}

void looping_collector::send(std::int32_t topic, const streams::outgoing_record& r) {
    const auto append = [](std::vector<std::byte>& to, const std::optional<streams::bytes_view>& part) -> std::int64_t {
        if (!part) return -1;
        to.insert(to.end(), part->begin(), part->end());
        return static_cast<std::int64_t>(part->size());
    };
    const std::int32_t loop = loop_of_[static_cast<std::size_t>(topic)];
    if (loop < 0) {
        outgoing_.clear();
        append(outgoing_, r.key);
        append(outgoing_, r.value);
        ++sent_;
        return;
    }
    looped& to = looped_[static_cast<std::size_t>(loop)];
    const std::int64_t key = append(to.content, r.key);
    to.records.push_back({r.timestamp, key, append(to.content, r.value), r.headers ? *r.headers : streams::headers()});
}

running_topology::running_topology(streams::topology of, std::optional<std::size_t> hot_bytes)
    : topology_(std::move(of)),
      config_{.application_id = "bench",
              .outer_join_emit_interval = std::chrono::milliseconds(0), // the wall clock stands
              .window_emit_interval = std::chrono::milliseconds(0)},
      collector_(names_of_internal_topics(topology_, config_.application_id)),
      folder_(std::filesystem::temp_directory_path() / "streams-operators-bench"), budget_(limits(hot_bytes)) {
    std::filesystem::remove_all(folder_);
    const auto parts = topology_.sub_topologies();
    std::vector<streams::topic_partition> inputs;
    for (const auto& part : parts)
        for (const auto& topic : part.source_topics)
            inputs.push_back({streams::full_topic_name(topology_, config_.application_id, topic), 0});
    stores_ = std::make_unique<streams::task_stores>(
        streams::task_id{0, 0}, topology_, parts, config_.application_id,
        streams::store_opening{.time = time_,
                               .memory = memory_,
                               .directory = folder_,
                               .in_memory = !hot_bytes,
                               .changelog_of = [this](const streams::store_spec&) {
                                   return std::make_unique<counted_changelog>(logged_);
                               }});
    for (auto& store : stores_->all()) store.store->restored(std::nullopt);
    task_ = std::make_unique<streams::stream_task>(
        *stores_, topology_, parts, std::move(inputs),
        streams::task_environment{
            .config = config_, .time = time_, .collector = collector_, .drops = drops_, .metrics = &measured_});
    task_->initialize({});
}

running_topology::~running_topology() {
    task_.reset();
    stores_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::size_t running_topology::store_bytes() const {
    std::size_t sum = 0;
    for (const auto& store : stores_->all()) sum += store.store->memory_bytes();
    return sum;
}

void running_topology::feed(const std::string& topic, std::vector<streams::record_view> records) {
    const streams::topic_partition source{topic, 0};
    std::int64_t& next = next_offset_[topic];
    for (streams::record_view& each : records) each.offset = next++;
    task_->add(task_->input_of(source), {source, std::move(records), nullptr});
    task_->polled();
}

bool running_topology::loop_back() {
    bool any = false;
    for (looping_collector::looped& from : collector_.read_back()) {
        if (from.records.empty()) continue;
        any = true;
        auto memory = std::make_shared<looping_collector::looped>(looping_collector::looped{from.topic});
        std::swap(memory->content, from.content);
        std::swap(memory->records, from.records);
        std::vector<streams::record_view> views;
        std::int64_t& next = next_offset_[from.topic];
        const std::byte* at = memory->content.data();
        const auto part = [&at](std::int64_t size) -> std::optional<streams::bytes_view> {
            if (size < 0) return std::nullopt;
            const streams::bytes_view view(at, static_cast<std::size_t>(size));
            at += size;
            return view;
        };
        for (const auto& each : memory->records) {
            const auto key = part(each.key);
            views.push_back({next++, each.timestamp, key, part(each.value), &each.headers});
        }
        const streams::topic_partition source{from.topic, 0};
        task_->add(task_->input_of(source), {source, std::move(views), memory});
        task_->polled();
    }
    return any;
}

void running_topology::run() {
    measuring_.polled(time_.steady_ms(), time_.steady_ms(), 1'000);
    do {
        while (task_->process(1'000) > 0) {}
        task_->punctuate_stream_time();
        task_->flush_stores();
        task_->tell_last_changelogs();
    } while (loop_back());
    time_.advance(std::chrono::milliseconds(4)); // what a few thousand records take
    (void)task_->committable();
    task_->committed([this](const streams::task_store&) { return std::optional<std::int64_t>(logged_); });
}

} // namespace operators
