#include "catch.hpp"
#include "runtime/temporary_folder.hpp"
#include "src/core/memory_limits.hpp"
#include "src/testing/simulation/simulated_run.hpp"

#include <streams/runtime/kafka_streams.hpp>
#include <streams/serde/standard.hpp>
#include <streams/state/stores.hpp>
#include <streams/state/typed_key_value_store.hpp>
#include <streams/topology/processor_api.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using simulated::fault;
using simulated::fault_kind;
using simulated::run_options;
using simulated::run_result;
using simulated::seam_call;
using simulated::topic_history;

namespace {

/// Counts the records of each key.
class counter final : public processor<std::string, std::string, std::string, std::string> {
public:
    void init(context_type& context) override {
        context_ = &context;
        counts_.emplace(context.state_store<typed_key_value_store<std::string, std::string>>("counts"));
    }
    void process(const record_type& r) override {
        const auto count = std::to_string(std::stoi(counts_->get(r.key).value_or("0")) + 1);
        counts_->put(r.key, count);
        context_->forward(r.with_value(count));
    }

private:
    context_type* context_ = nullptr;
    std::optional<typed_key_value_store<std::string, std::string>> counts_;
};

topology counting() {
    topology made;
    made.add_source<std::string, std::string>("read", "in");
    made.add_processor("count", [] { return std::make_unique<counter>(); }, {"read"});
    made.add_store(stores::key_value("counts"), {"count"});
    made.add_sink<std::string, std::string>("tell", "out", {"count"});
    return made;
}

std::size_t told(const topic_history& history) {
    std::size_t count = 0;
    for (const auto& partition : history.partitions("out")) count += history.of(partition).size();
    return count;
}

run_options run_of(std::vector<fault> faults) {
    run_options options{.seed = 1,
                        .make_topology = [](execution&) { return counting(); },
                        .faults = std::move(faults),
                        .check = [](const auto&) { return ""; }};
    options.config.application_id = "app";
    options.config.commit_interval = 50ms;
    options.config.poll = 50ms;
    options.topics = {{"in", {2}}, {"out", {2}}};
    options.instances = 2;
    for (int at = 0; at < 40; ++at)
        options.inputs.push_back({"in", "k" + std::to_string(at % 5), "v", 1'700'000'000'000 + at});
    return options;
}

run_result result_of(run_options options) {
    const testing_support::temporary_folder folder;
    options.config.state_dir = folder.path();
    return run_simulated(options);
}

run_result run_with(std::vector<fault> faults, std::function<std::string(const topic_history&)> check = {}) {
    auto options = run_of(std::move(faults));
    if (check) options.check = std::move(check);
    return result_of(std::move(options));
}

const fault lost_disk{.kind = fault_kind::crash_diskless, .at = seam_call::flush, .nth = 4, .length_ms = 100};

/// Asks for all counts, and finds wrong what it is told to.
class reader final : public simulated::onlooker {
public:
    reader(std::size_t& rows, std::string wrong) : rows_(rows), wrong_(std::move(wrong)) {}
    void look(const kafka_streams& application, const std::string&, const log_ends& end_of) override {
        if (application.state() != application_state::running) return;
        try {
            auto found = application.query("counts", range_query<std::string, std::string>{});
            for (auto& [partition, answer] : found.partitions) {
                if (!answer.ok()) continue;
                for (const auto& row : answer.value()) rows_ += row.key.empty() ? 0 : 1;
                CHECK(end_of({"app-counts-changelog", partition}) >= 0);
            }
        } catch (const invalid_state_store_error&) { // NOLINT(bugprone-empty-catch): it asks again
        }
    }
    [[nodiscard]] std::string found_wrong(const topic_history&) const override { return wrong_; }

private:
    std::size_t& rows_;
    std::string wrong_;
};

} // namespace

TEST_CASE("a simulated run without faults processes every record once and closes") {
    const auto result = run_with({}, [](const topic_history& history) {
        return told(history) == 40 ? "" : std::to_string(told(history)) + " updates";
    });
    CHECK(result.failure == "");
    CHECK(result.happened.empty());
}

TEST_CASE("what the check says is the failure of a simulated run") {
    CHECK(run_with({}, [](const auto&) { return "all is wrong"; }).failure == "all is wrong");
}

TEST_CASE("a process that dies after its records arrived and before they are committed does them again") {
    std::size_t updates = 0;
    const auto result = run_with({{.kind = fault_kind::crash, .at = seam_call::commit, .nth = 3, .length_ms = 100}},
                                 [&](const topic_history& history) {
                                     updates = told(history);
                                     return "";
                                 });
    CHECK(result.failure == "");
    CHECK(result.happened == std::map<fault_kind, int>{{fault_kind::crash, 1}});
    CHECK(updates > 40);
}

TEST_CASE("every kind of fault happens, and is survived, where the guarantee covers it") {
    for (const fault_kind kind : simulated::covered_kinds(false)) {
        CAPTURE(to_string(kind));
        const auto result =
            run_with({{.kind = kind, .at = seam_call::flush, .nth = 4, .after = true, .length_ms = 200}});
        CHECK(result.failure == "");
        CHECK(result.happened.at(kind) == 1);
    }
}

TEST_CASE("what a simulated run restores is ingested where its disks ask for it") {
    auto options = run_of({lost_disk});
    CHECK(result_of(options).disks.ingested == 0);
    options.least_ingest = 0;
    const auto result = result_of(options);
    CHECK(result.failure == "");
    CHECK(result.disks.ingested > 0);
}

TEST_CASE("a simulated run without memory to spare reads rows again that it has evicted") {
    auto options = run_of({});
    CHECK(result_of(options).disks.reloaded == 0);
    options.config.state_memory_bytes = static_cast<std::int64_t>(least_memory(1));
    const auto result = result_of(options);
    CHECK(result.failure == "");
    CHECK(result.disks.reloaded > 0);
}

TEST_CASE("an onlooker asks the applications of a simulated run, and what it finds wrong is the run's failure") {
    std::size_t rows = 0;
    auto options = run_of({});
    options.make_onlooker = [&] { return std::make_unique<reader>(rows, ""); };
    CHECK(result_of(options).failure == "");
    CHECK(rows > 0);
    options.make_onlooker = [&] { return std::make_unique<reader>(rows, "a row is wrong"); };
    CHECK(result_of(options).failure == "a row is wrong");
}

TEST_CASE("the same run goes the same way, and a fault changes it") {
    const auto hash = run_with({}).hash;
    CHECK(run_with({}).hash == hash);
    CHECK(run_with({{.kind = fault_kind::delayed, .at = seam_call::poll, .nth = 5, .length_ms = 20}}).hash != hash);
}
