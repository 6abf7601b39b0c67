#include "topology/fake_task.hpp"

#include <streams/serde/standard.hpp>
#include <streams/serde/windowed.hpp>
#include <streams/topology/topic_source.hpp>

#include "catch.hpp"

using namespace streams;
using testing_support::fake_task;
using testing_support::kept_records;

namespace {

record_view raw(std::optional<std::string_view> key, std::optional<std::string_view> value,
                std::int64_t timestamp = 5) {
    const auto view = [](std::optional<std::string_view> text) {
        return text ? std::optional(bytes_view(*text)) : std::nullopt;
    };
    return {.offset = 9, .timestamp = timestamp, .key = view(key), .value = view(value)};
}

template <class Source, class Key, class Value>
struct running {
    template <class... Args>
    explicit running(Args... args) : source(std::move(args)...) {
        source.set_name("source");
        source.connect(kept);
        source.init(task);
    }
    void process(const record_view& r) { source.process(r, r.timestamp, headers); }

    Source source;
    fake_task task;
    kept_records<Key, Value> kept{task};
    streams::headers headers;
};

using strings = topic_source<std::string, std::string>;
using nullable_strings = topic_source<std::optional<std::string>, std::optional<std::string>>;

} // namespace

TEST_CASE("a source decodes keys and values and hands on time and headers") {
    running<topic_source<std::string, std::int32_t>, std::string, std::int32_t> r;
    r.headers.add("trace", bytes(std::string_view("1")));
    r.process(raw("a", std::string_view("\0\0\1\2", 4), 42));
    REQUIRE(r.kept.all.size() == 1);
    CHECK(r.kept.all[0].key == "a");
    CHECK(r.kept.all[0].value == 258);
    CHECK(r.kept.all[0].timestamp == 42);
    CHECK(r.kept.all[0].headers == r.headers);
}

TEST_CASE("a null key or value does not decode where the type admits none") {
    running<strings, std::string, std::string> r;
    CHECK_THROWS_AS(r.process(raw(std::nullopt, "v")), undecodable);
    CHECK_THROWS_WITH(
        r.process(raw("k", std::nullopt)),
        "the value is null where the type of its source admits none; declare it as std::optional, or drop "
        "such records with consumed{.on_null = on_null::drop}");
    CHECK(r.kept.all.empty());
    CHECK(r.task.drops.empty());
}

TEST_CASE("a null passes where the type is optional, and leaves nothing of the record before") {
    running<nullable_strings, std::optional<std::string>, std::optional<std::string>> r;
    r.process(raw("k", "v"));
    r.process(raw(std::nullopt, std::nullopt));
    r.process(raw("l", "w"));
    REQUIRE(r.kept.all.size() == 3);
    CHECK(r.kept.all[1].key == std::nullopt);
    CHECK(r.kept.all[1].value == std::nullopt);
    CHECK(r.kept.all[2].value == "w");
}

TEST_CASE("an empty key or value is not null") {
    running<strings, std::string, std::string> r;
    r.process(raw("", ""));
    CHECK(r.kept.all.size() == 1);
}

TEST_CASE("records with a null are dropped and counted where that was asked for") {
    running<strings, std::string, std::string> r(on_null::drop);
    r.process(raw(std::nullopt, "v"));
    r.process(raw("k", std::nullopt));
    r.process(raw("k", "v"));
    CHECK(r.kept.all.size() == 1);
    CHECK(r.task.drops == std::vector<std::pair<drop_reason, std::string>>{{drop_reason::null_key, "source"},
                                                                           {drop_reason::null_value, "source"}});
}

TEST_CASE("bytes that do not decode are an error that says which half and why") {
    running<topic_source<std::string, std::int64_t>, std::string, std::int64_t> r;
    CHECK_THROWS_AS(r.process(raw("k", "short")), undecodable);
    CHECK_THROWS_WITH(r.process(raw("k", "short")), Catch::Matchers::StartsWith("the value does not decode: "));
}

TEST_CASE("the time of a record is the log's unless a function chooses another") {
    running<strings, std::string, std::string> plain;
    CHECK(plain.source.timestamp_of(raw("k", "v", 12), 100) == 12);

    const auto later = [](const record_view& r, std::int64_t partition_time) { return r.timestamp + partition_time; };
    topic_source<std::string, std::string, decltype(later)> extracting(on_null::fail, later);
    CHECK(extracting.timestamp_of(raw("k", "v", 12), 100) == 112);
}

TEST_CASE("the time of a record may come from its key and value") {
    const auto of_value = [](const std::string&, const std::int32_t& value, const record_view&, std::int64_t) {
        return std::int64_t{value};
    };
    using source = topic_source<std::string, std::int32_t, decltype(of_value)>;
    source s(on_null::fail, of_value);
    CHECK(s.timestamp_of(raw("k", std::string_view("\0\0\0\7", 4), 12), -1) == 7);
    CHECK_THROWS_AS(s.timestamp_of(raw("k", "x", 12), -1), undecodable);
    source dropping(on_null::drop, of_value);
    CHECK(dropping.timestamp_of(raw("k", std::nullopt, 12), -1) == 12);
}

TEST_CASE("a source decodes with a serde object where it is given one") {
    using source =
        topic_source<windowed<std::string>, std::string, fail_on_invalid_timestamp, time_windowed_serde<std::string>>;
    running<source, windowed<std::string>, std::string> r(
        on_null::fail, fail_on_invalid_timestamp{}, time_windowed_serde<std::string>(std::chrono::milliseconds(10)));
    r.process(raw(std::string_view("k\0\0\0\0\0\0\0\5", 9), "v"));
    CHECK(r.kept.all.at(0).key == windowed<std::string>{"k", {5, 15}});
}

TEST_CASE("a source refuses children that take other types") {
    strings s;
    s.set_name("source");
    fake_task task;
    kept_records<std::string, std::int32_t> other(task);
    CHECK_THROWS_AS(s.connect(other), topology_error);
}
