#include "clustered_application.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace conformance {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 60s;
const std::string application = "app";

std::optional<streams::bytes_view> view_of(const std::optional<streams::bytes>& of) {
    return of ? std::optional(of->view()) : std::nullopt;
}

} // namespace

void require_same_on_cluster(const json& vector) {
    for (const json& op : vector.at("topology")) {
        // Punctuations come between rounds of records, and a round is as long as the moment wants it.
        if (op.at("op") == "process") throw unsupported("punctuation after each record");
        if (op.contains("store") && !op.at("store").value("logging", true))
            throw unsupported("a store without a changelog, which does not follow its task");
    }
}

clustered_application::clustered_application(streams::topology of, streams::streams_config config,
                                             std::int32_t partitions)
    : topology_(std::move(of)), config_(std::move(config)) {
    config_.window_emit_interval = 0ms;
    config_.outer_join_emit_interval = 0ms;
    config_.repartition_purge_interval = 1h;
    for (const auto& part : topology_.sub_topologies())
        for (const auto& topic : part.source_topics)
            if (!topology_.is_repartition_topic(topic)) cluster_.create_topic(topic, partitions);
    for (const auto& part : topology_.global_parts())
        for (const auto& topic : part.source_topics) cluster_.create_topic(topic, partitions);
    for (const auto& topic : output_topics(topology_)) cluster_.create_topic(topic, partitions);
}

void clustered_application::produce(const std::string& topic, const raw_test_record& record) {
    const auto offset = cluster_.produce_bytes(
        topic, view_of(record.key), view_of(record.value),
        {.timestamp = record.timestamp, .partition = record.partition, .headers = &record.headers});
    produced_[topic].insert(offset);
    if (!record.key) return;
    for (const auto& filled : topology_.global_stores())
        if (filled.topic == topic) awaited_rows_.push_back({filled.store, *record.key, record.value});
}

std::unique_ptr<streams::kafka_streams> clustered_application::start(const std::string& instance) {
    auto config = config_;
    config.state_dir = folder_.path() / instance;
    auto app = std::make_unique<streams::kafka_streams>(topology_, config, cluster_.clients());
    app->set_restore_listener({.on_batch_restored = [this](const streams::restore_progress&, std::int64_t rows) {
        rows_restored_ += static_cast<std::uint64_t>(rows);
    }});
    app->start();
    if (!app->wait_for(streams::application_state::running, patience))
        throw difference("instance " + instance + " does not run: " + app->error());
    return app;
}

void clustered_application::drain(std::initializer_list<const streams::kafka_streams*> running) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    // What was equal twice was so at one moment.
    for (std::optional<std::vector<std::int64_t>> before;;) {
        auto ends = drained_ends();
        if (ends && ends == before &&
            std::ranges::all_of(running, [this](const auto* app) { return has_global_rows(*app); }))
            break;
        before = std::move(ends);
        for (const auto* app : running)
            if (!app->error().empty()) throw difference("an instance ended: " + app->error());
        if (std::chrono::steady_clock::now() > deadline) throw difference("the input is not processed within a minute");
        std::this_thread::sleep_for(500us);
    }
    awaited_rows_.clear();
}

/// The ends of all partitions that tasks read; nullopt: one is not committed up to its end.
std::optional<std::vector<std::int64_t>> clustered_application::drained_ends() const {
    std::vector<std::int64_t> all;
    const auto committed = cluster_.committed(application);
    for (const auto& part : topology_.sub_topologies()) {
        for (const auto& declared : part.source_topics) {
            const std::string topic =
                topology_.is_repartition_topic(declared) ? application + "-" + declared : declared;
            const auto ends = cluster_.end_offsets(topic);
            for (std::size_t at = 0; at < ends.size(); ++at) {
                const auto found = committed.find({topic, static_cast<std::int32_t>(at)});
                if (ends[at] > 0 && (found == committed.end() || found->second.offset < ends[at])) return std::nullopt;
            }
            all.insert(all.end(), ends.begin(), ends.end());
        }
    }
    return all;
}

/// Whether its global stores have the last row of each key that was produced. A row has its value at the end.
bool clustered_application::has_global_rows(const streams::kafka_streams& app) const {
    std::map<std::pair<std::string, std::string>, const global_row*> last;
    for (const global_row& row : awaited_rows_) last[{row.store, to_hex(row.key)}] = &row;
    return std::ranges::all_of(last, [&](const auto& each) {
        const global_row& row = *each.second;
        const auto answers = app.stores()->ask(row.store, streams::keys_question{{row.key}},
                                               {.isolation = streams::isolation_level::read_uncommitted});
        const auto* answer = std::get_if<streams::store_answer>(&answers.front().content);
        if (!answer) return false;
        const auto& found = std::get<streams::found_values>(*answer).all.front();
        return row.value ? found && to_hex(found).ends_with(to_hex(row.value)) : !found;
    });
}

tables clustered_application::read() const {
    tables result;
    for (const std::string& topic : output_topics(topology_))
        for (const auto& r : cluster_.read_bytes(topic, streams::isolation_level::read_committed))
            add(result[topic], r.key, r.value);
    return result;
}

step_records clustered_application::take_new() {
    step_records taken;
    const auto outputs = output_topics(topology_);
    for (const std::string& topic : cluster_.topics()) {
        if (!topic.starts_with(application + "-") && !outputs.contains(topic)) continue;
        const auto records = cluster_.read_bytes(topic);
        std::size_t& seen = seen_[topic];
        for (; seen < records.size(); ++seen) {
            const auto& r = records[seen];
            if (produced_[topic].contains(r.offset)) continue;
            // A record without a time is given that of the cluster's clock, and in the driver -1.
            const std::int64_t timestamp = r.timestamp < begun_ ? r.timestamp : -1;
            taken[topic].push_back({.key = r.key, .value = r.value, .timestamp = timestamp, .headers = r.headers});
        }
    }
    return taken;
}

} // namespace conformance
