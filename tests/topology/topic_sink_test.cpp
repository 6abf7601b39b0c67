#include "topology/fake_task.hpp"

#include <streams/serde/standard.hpp>
#include <streams/serde/windowed.hpp>
#include <streams/topology/topic_sink.hpp>

#include "catch.hpp"

#include <stdexcept>

using namespace streams;
using testing_support::fake_task;

namespace {

template <class Sink, class Key, class Value>
void process(Sink& sink, const Key& key, const Value& value, std::int64_t timestamp, headers with = {}) {
    sink.process(record<Key, Value>{key, value, timestamp, with});
}

} // namespace

TEST_CASE("a sink writes key, value, time and headers to its topic") {
    fake_task task;
    topic_sink<std::string, std::string> sink("out");
    sink.init(task);
    const headers with{{"trace", bytes(std::string_view("1"))}};
    process(sink, std::string("k"), std::string("v"), 7, with);
    process(sink, std::string("l"), std::string(""), 8);
    REQUIRE(task.collected.sent.size() == 2);
    const auto& first = task.collected.sent[0];
    CHECK(first.topic == "out");
    CHECK(first.key == "k");
    CHECK(first.value == "v");
    CHECK(first.timestamp == 7);
    CHECK(first.headers == with);
    CHECK(first.partition == std::nullopt);
    CHECK(task.collected.sent[1].key == "l");
    CHECK(task.collected.sent[1].value == "");
}

TEST_CASE("a sink writes nulls as nulls") {
    fake_task task;
    topic_sink<std::optional<std::string>, std::optional<std::string>> sink("out");
    sink.init(task);
    process(sink, std::optional<std::string>(), std::optional<std::string>(), 7);
    REQUIRE(task.collected.sent.size() == 1);
    CHECK(task.collected.sent[0].key == std::nullopt);
    CHECK(task.collected.sent[0].value == std::nullopt);
}

TEST_CASE("a sink to a repartition topic writes under the full name") {
    fake_task task;
    topic_sink<std::string, std::string> sink("x-repartition");
    sink.init(task);
    CHECK(task.collected.topics == std::vector<std::string>{"app-x-repartition"});
}

TEST_CASE("a sink may choose the topic of each record, and opens each once") {
    fake_task task;
    const auto by_value = [](const record<std::string, std::string>& r) { return "to-" + r.value; };
    topic_sink<std::string, std::string, decltype(by_value)> sink(by_value);
    sink.init(task);
    for (const auto* value : {"a", "b", "b", "a"}) process(sink, std::string("k"), std::string(value), 0);
    std::vector<std::string> topics;
    for (const auto& sent : task.collected.sent) topics.push_back(sent.topic);
    CHECK(topics == std::vector<std::string>{"to-a", "to-b", "to-b", "to-a"});
    CHECK(task.collected.topics == std::vector<std::string>{"to-a", "to-b"});
}

TEST_CASE("a windowed key is placed by the key inside") {
    fake_task task;
    topic_sink<windowed<std::string>, std::string> sink("out");
    topic_sink<std::optional<session_windowed<std::string>>, std::string> session_sink("out");
    sink.init(task);
    session_sink.init(task);
    process(sink, windowed<std::string>{"key", {0, 10}}, std::string("v"), 0);
    process(session_sink, std::optional<session_windowed<std::string>>({"key", {0, 10}}), std::string("v"), 0);
    process(session_sink, std::optional<session_windowed<std::string>>(), std::string("v"), 0);
    CHECK(task.collected.sent[0].partition_key == "key");
    CHECK(task.collected.sent[0].key == std::string("key\0\0\0\0\0\0\0\0", 11));
    CHECK(task.collected.sent[1].partition_key == "key");
    CHECK(task.collected.sent[2].partition_key == std::nullopt);
}

TEST_CASE("a sink may choose the partition of each record, or leave it to the key") {
    fake_task task;
    const auto last_or_default = [](const record<std::string, std::string>& r, std::string_view topic,
                                    std::int32_t partitions) -> std::optional<std::int32_t> {
        CHECK(topic == "out");
        if (r.value.empty()) return std::nullopt;
        return partitions - 1;
    };
    topic_sink<std::string, std::string, std::string, decltype(last_or_default)> sink("out", last_or_default);
    sink.init(task);
    process(sink, std::string("k"), std::string("v"), 0);
    process(sink, std::string("k"), std::string(), 0);
    CHECK(task.collected.sent[0].partition == 3);
    CHECK(task.collected.sent[1].partition == std::nullopt);
}

TEST_CASE("a sink refuses a negative time") {
    fake_task task;
    topic_sink<std::string, std::string> sink("out");
    sink.set_name("sink");
    sink.init(task);
    CHECK_THROWS_WITH(
        process(sink, std::string("k"), std::string("v"), -1),
        "a record for node sink has the negative timestamp -1; forward records with a time of 0 ms or later");
    CHECK(task.collected.sent.empty());
}

TEST_CASE("what a serde refuses goes to the task, which knows the handler, and the sink goes on") {
    struct strict {
        void serialize(const std::string& text, bytes& out) const {
            if (text == "bad") throw std::runtime_error("no");
            out.append(std::string_view(text));
        }
        std::string deserialize(bytes_view in) const { return std::string(in.text()); }
    };
    fake_task task;
    topic_sink<std::string, std::string, std::string, place_by_key, strict, strict> sink("out");
    sink.init(task);
    process(sink, std::string("bad"), std::string("v"), 1);
    process(sink, std::string("k"), std::string("bad"), 2);
    process(sink, std::string("k"), std::string("v"), 3);
    using enum production_step;
    using refused = std::vector<std::pair<production_step, std::string>>;
    CHECK(task.not_written == refused{{serializing_key, "out"}, {serializing_value, "out"}});
    REQUIRE(task.collected.sent.size() == 1);
    CHECK(task.collected.sent[0].value == "v");
}
