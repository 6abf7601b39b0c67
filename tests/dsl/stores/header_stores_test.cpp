#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/state/stores.hpp>
#include <streams/state/typed_key_value_store.hpp>
#include <streams/state/typed_session_store.hpp>
#include <streams/state/typed_window_store.hpp>
#include <streams/testing/topology_test_driver.hpp>

#include <fstream>

// What Kafka Streams 4.4.0 writes and reads where a processor puts its records into stores that keep headers: lines of
// header_stores.txt, made by HeaderStores in tests/conformance/oracle, which is the same program.

using namespace streams;
using namespace std::chrono_literals;
using text = std::string;

namespace {

using row = value_timestamp_headers<text>;
using session_value = aggregation_with_headers<text>;

/// Puts what it gets into its three stores, a millisecond later, with one header more.
struct keeper final : processor<text, std::optional<text>, text, text> {
    void init(context_type& context) override {
        rows_.emplace(context.state_store<typed_key_value_store<text, row>>("rows"));
        windows_.emplace(context.state_store<typed_window_store<text, row>>("windows"));
        sessions_.emplace(context.state_store<typed_session_store<text, session_value>>("sessions"));
    }
    void process(const record_type& r) override {
        const std::int64_t start = r.timestamp / 10'000 * 10'000;
        const session_windowed<text> session{r.key, {start, start + 5'000}};
        if (!r.value) {
            rows_->erase(r.key);
            windows_->erase(r.key, start);
            sessions_->erase(session);
            return;
        }
        headers kept = r.headers;
        kept.add("kept", bytes("k"));
        rows_->put(r.key, {*r.value, r.timestamp + 1, kept});
        windows_->put(r.key, {*r.value, r.timestamp + 1, kept}, start);
        sessions_->put(session, {*r.value, kept});
    }
    std::optional<typed_key_value_store<text, row>> rows_;
    std::optional<typed_window_store<text, row>> windows_;
    std::optional<typed_session_store<text, session_value>> sessions_;
};

text hex(std::optional<bytes_view> of) {
    if (!of) return "null";
    constexpr std::string_view digits = "0123456789abcdef";
    text out;
    for (const std::byte each : *of) {
        out += digits[std::to_integer<unsigned>(each) / 16];
        out += digits[std::to_integer<unsigned>(each) % 16];
    }
    return out;
}
text hex(const std::optional<bytes>& of) { return hex(of ? std::optional(of->view()) : std::nullopt); }

text shown(const headers& all) {
    text out;
    for (const header& each : all) out += " " + each.key + "=" + hex(each.value);
    return out;
}

std::vector<text> lines_of(bool caching) {
    streams_builder builder;
    const stores::options how{.caching = caching, .headers = true};
    builder.add_state_store(stores::key_value("rows", how));
    builder.add_state_store(stores::window("windows", 10min, 10s, how));
    builder.add_state_store(stores::session("sessions", 10min, how));
    builder.stream<text, std::optional<text>>("in").process([] { return std::make_unique<keeper>(); },
                                                            state_stores{{"rows", "windows", "sessions"}});
    topology_test_driver driver{builder.build(), {.config = {.application_id = "app"}}};
    auto in = driver.input_topic<text, std::optional<text>>("in");
    in.pipe("a", "1", 1s, {{"trace", bytes("t1")}});
    in.pipe("a", "2", 2s, {{"trace", bytes("t2")}});
    in.pipe("b", "3", 3s);
    in.pipe("c", "4", 4s, {{"trace", bytes("t4")}});
    in.pipe("c", std::nullopt, 5s, {{"gone", bytes("yes")}});
    in.pipe("d", "6", 6s, {{"none", std::nullopt}});

    std::vector<text> lines;
    for (const text& topic : driver.raw().produced_topics())
        for (const raw_test_record& each : driver.raw().written(topic))
            lines.push_back(topic + " " + hex(each.key) + " " + hex(each.value) + " " + std::to_string(each.timestamp) +
                            shown(each.headers));
    const auto rows = driver.key_value_store<text, text>("rows");
    const auto windows = driver.window_store<text, text>("windows");
    const auto sessions = driver.session_store<text, text>("sessions");
    for (const auto& [key, value] : rows.all()) {
        const auto found = rows.get_with_headers(key).value();
        lines.push_back("rows " + key + " " + value + " " + std::to_string(found.timestamp) + shown(found.headers));
    }
    for (const auto& [key, start, value] : windows.all()) {
        const auto found = windows.get_with_headers(key, std::chrono::milliseconds(start)).value();
        lines.push_back("windows " + key + " " + std::to_string(start) + " " + value + " " +
                        std::to_string(found.timestamp) + shown(found.headers));
    }
    for (const auto& [session, value] : sessions.all())
        lines.push_back("sessions " + session.key + " " + std::to_string(session.window.start) + " " +
                        std::to_string(session.window.end) + " " + value +
                        shown(sessions.get_with_headers(session).value().headers));
    return lines;
}

std::vector<text> captured(const text& part) {
    std::ifstream in(STREAMS_SOURCE_DIR "/tests/dsl/stores/header_stores.txt");
    std::vector<text> lines;
    bool wanted = false;
    for (text line; std::getline(in, line);) {
        if (line == "cached" || line == "uncached")
            wanted = line == part;
        else if (wanted)
            lines.push_back(line);
    }
    return lines;
}

} // namespace

TEST_CASE("stores with headers write the changelogs of Kafka Streams, and are read with the same headers") {
    const bool caching = GENERATE(true, false);
    const auto expected = captured(caching ? "cached" : "uncached");
    REQUIRE(expected.size() > 10);
    CHECK(lines_of(caching) == expected);
}
