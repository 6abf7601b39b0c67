// What queries find in stores that keep headers, against Kafka Streams 4.4.0: lines of header_queries.txt, made by HeaderQueries in
// tests/conformance/oracle, which is the same program.

#include "catch.hpp"
#include "runtime/world.hpp"

#include <streams/state/stores.hpp>
#include <streams/state/typed_key_value_store.hpp>
#include <streams/state/typed_session_store.hpp>
#include <streams/state/typed_window_store.hpp>
#include <streams/topology/processor_api.hpp>

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::eventually;
using testing_support::patience;
using testing_support::world;
using text = std::string;

namespace {

using row = value_timestamp_headers<text>;
using session_value = aggregation_with_headers<text>;

/// Puts what it gets into its three stores, a millisecond later.
struct keeper final : processor<text, text> {
    void init(context_type& context) override {
        rows_.emplace(context.state_store<typed_key_value_store<text, row>>("rows"));
        windows_.emplace(context.state_store<typed_window_store<text, row>>("windows"));
        sessions_.emplace(context.state_store<typed_session_store<text, session_value>>("sessions"));
    }
    void process(const record_type& r) override {
        const std::int64_t start = r.timestamp / 10'000 * 10'000;
        rows_->put(r.key, {r.value, r.timestamp + 1, r.headers});
        windows_->put(r.key, {r.value, r.timestamp + 1, r.headers}, start);
        sessions_->put({r.key, {start, start + 5'000}}, {r.value, r.headers});
    }
    std::optional<typed_key_value_store<text, row>> rows_;
    std::optional<typed_window_store<text, row>> windows_;
    std::optional<typed_session_store<text, session_value>> sessions_;
};

topology keeping() {
    topology t;
    t.add_source<text, text>("source", "in");
    t.add_processor("keeper", [] { return std::make_unique<keeper>(); }, {"source"});
    t.add_store(stores::key_value("rows", {.headers = true}), {"keeper"});
    t.add_store(stores::window("windows", 10min, 10s, {.headers = true}), {"keeper"});
    t.add_store(stores::session("sessions", 10min, {.headers = true}), {"keeper"});
    return t;
}

text shown(const headers& of) {
    text out;
    for (const header& each : of) out += " " + each.key + "=" + text(each.value->text());
    return out;
}
text shown(const row& of) { return of.value + " " + std::to_string(of.timestamp) + shown(of.headers); }

class asked {
public:
    explicit asked(kafka_streams& app) : app_(app) {}

    template <class Query>
    void rows(const text& name, const Query& query) {
        auto found = app_.query("rows", query);
        for (const auto& [key, value] : found.only()) lines.push_back(name + " " + key + " " + shown(value));
    }
    template <class Query>
    void windows(const text& name, const Query& query) {
        auto found = app_.query("windows", query);
        for (const auto& [key, start, value] : found.only())
            lines.push_back(name + " " + key + " " + std::to_string(start) + " " + std::to_string(start + 10'000) +
                            " " + shown(value));
    }
    /// Kafka Streams gives a session's record the session's end for its time.
    void sessions(const text& key) {
        auto found = app_.query("sessions", session_key_with_headers_query<text, text>{.key = key});
        for (const auto& [session, value] : found.only()) {
            const text end = std::to_string(session.window.end);
            lines.push_back("session " + session.key + " " + std::to_string(session.window.start) + " " + end + " " +
                            value.aggregation + " " + end + shown(value.headers));
        }
    }

    std::vector<text> lines;

private:
    kafka_streams& app_;
};

std::vector<text> lines_of(kafka_streams& app) {
    asked ask(app);
    const auto one = app.query("rows", timestamped_key_with_headers_query<text, text>{"a"}).only();
    ask.lines.push_back("key a " + shown(one.value()));
    if (!app.query("rows", timestamped_key_with_headers_query<text, text>{"x"}).only())
        ask.lines.push_back("absent null");
    ask.rows("range", timestamped_range_with_headers_query<text, text>{});
    ask.rows("descending", timestamped_range_with_headers_query<text, text>{.order = iteration_order::descending});
    ask.windows("window-key",
                timestamped_window_key_with_headers_query<text, text>{.key = "a", .from = 0, .to = 20'000});
    ask.windows("window-range", timestamped_window_range_with_headers_query<text, text>{.from = 0, .to = 5'000});
    ask.sessions("a");
    return ask.lines;
}

std::vector<text> captured() {
    std::ifstream in(STREAMS_SOURCE_DIR "/tests/runtime/queries/header_queries.txt");
    std::vector<text> lines;
    for (text line; std::getline(in, line);)
        if (!line.starts_with('#')) lines.push_back(line);
    return lines;
}

} // namespace

TEST_CASE("queries of stores that keep headers find what those of Kafka Streams find") {
    world w;
    auto app = w.run(keeping(), w.config());
    const auto produce = [&](const text& key, const text& value, std::int64_t at, std::string_view trace) {
        const headers with{{"trace", bytes(trace)}};
        w.cluster.produce("in", key, value, {.timestamp = at, .headers = &with});
    };
    produce("a", "1", 1'000, "t1");
    produce("b", "2", 2'000, "t2");
    produce("a", "3", 12'000, "t3");
    REQUIRE(eventually([&] { return w.committed() == 3; }));
    const auto expected = captured();
    REQUIRE(expected.size() == 12);
    CHECK(lines_of(app) == expected);
}
