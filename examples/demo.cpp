#include "demo.hpp"

#include <streams/core/error.hpp>
#include <streams/core/log.hpp>
#include <streams/runtime/kafka_streams.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/embedded_cluster.hpp>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <utility>

using namespace std::chrono_literals;

namespace {

/// A folder of its own, gone at the end.
class scratch_folder {
public:
    scratch_folder() {
        std::string name = std::filesystem::temp_directory_path() / "streams_demo_XXXXXX";
        if (!mkdtemp(name.data()))
            throw streams::streams_error(
                streams::concat("cannot make a folder ", name, " for the stores; check TMPDIR"));
        path_ = name;
    }
    ~scratch_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

std::string text_of(const std::optional<streams::bytes>& value, shown_as shown) {
    if (!value) return "null";
    if (shown == shown_as::number) return std::to_string(streams::serde<std::int64_t>::deserialize(value->view()));
    return streams::serde<std::string>::deserialize(value->view());
}

/// A cluster with the example's topics, and what was printed of them.
class demo_cluster {
public:
    demo_cluster(const example& of, std::string group) : example_(of), group_(std::move(group)) {
        for (const auto& record : of.sample) create(record.topic);
        for (const auto& output : of.outputs) create(output.topic);
    }

    [[nodiscard]] auto clients() const { return cluster_.clients(); }

    void feed(const sample_record& record) {
        print("in", record.topic, record.key, record.value);
        cluster_.produce(record.topic, record.key, record.value, {.timestamp = record.timestamp});
    }

    /// Whether everything written so far was processed, and all that it led to is in its topics.
    [[nodiscard]] bool is_idle() const {
        const auto committed = cluster_.committed(group_); // before the ends: what is equal then, was so now
        return std::ranges::all_of(cluster_.topics(), [&](const std::string& topic) {
            const auto position = committed.find({topic, 0});
            return !is_read(topic) ||
                   cluster_.end_offsets(topic).front() == (position == committed.end() ? 0 : position->second.offset);
        });
    }

    /// Prints what came into the output topics since the last call.
    void print_results() {
        for (auto& [topic, values] : example_.outputs) {
            const auto records = cluster_.read_bytes(topic);
            auto& printed = printed_[topic];
            for (; printed < records.size(); ++printed) {
                const auto& [key, value, timestamp, headers, partition, offset] = records[printed];
                print("out", topic, key ? std::optional(text_of(key, shown_as::text)) : std::nullopt,
                      text_of(value, values));
            }
        }
    }

    void show_answer(const std::string& question, const std::string& answer) const {
        print("ask", "", question, answer);
    }

private:
    void create(const std::string& topic) {
        cluster_.create_topic(topic);
        width_ = std::max(width_, topic.size());
    }

    /// The application reads its input, and all of its internal topics but changelogs.
    [[nodiscard]] bool is_read(std::string_view topic) const {
        const auto is_output = [&](const output_topic_name& output) { return output.topic == topic; };
        return !topic.ends_with("-changelog") && std::ranges::none_of(example_.outputs, is_output);
    }

    void print(const char* direction, const std::string& topic, const std::optional<std::string>& key,
               const std::string& value) const {
        std::printf("%-3s  %-*s  %s%s%s\n", direction, static_cast<int>(width_), topic.c_str(), key ? key->c_str() : "",
                    key ? ":" : "", value.c_str());
    }

    const example& example_;
    std::string group_;
    streams::embedded_cluster cluster_;
    std::map<std::string, std::size_t> printed_;
    std::size_t width_ = 0;
};

} // namespace

int run_demo(const example& of, streams::streams_config config) {
    // Input and results are the whole of what is shown.
    streams::set_log_handler([](const streams::log_entry& entry) {
        if (entry.level >= streams::log_level::warn)
            std::fprintf(stderr, "%.*s\n", static_cast<int>(entry.text.size()), entry.text.data());
    });
    const scratch_folder stores;
    config.state_dir = stores.path();
    config.commit_interval = 10ms;
    // The samples are of years ago: their windows are kept all the same.
    config.windowstore_changelog_additional_retention = std::chrono::milliseconds::max();
    demo_cluster cluster(of, config.application_id);
    streams::kafka_streams app(of.topology(), config, cluster.clients());
    app.start();
    for (const auto& record : of.sample) {
        cluster.feed(record);
        while (!cluster.is_idle()) {
            if (app.state() == streams::application_state::error) throw streams::streams_error(app.error());
            std::this_thread::sleep_for(1ms);
        }
        cluster.print_results();
        if (of.answer && record.key) cluster.show_answer(*record.key, of.answer(app, *record.key));
    }
    return 0;
}
