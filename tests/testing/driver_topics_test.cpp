#include "testing/word_lengths.hpp"

#include <streams/serde/windowed.hpp>
#include <streams/testing/topology_test_driver.hpp>

#include "catch.hpp"

using namespace streams;
using namespace std::chrono_literals;
using testing_support::passthrough;

namespace {

using text = std::optional<std::string>;

struct reading {
    reading() { in.pipe_all({{"a", "1", 1}, {"b", "2", 2}, {"a", "3", 3}}); }
    topology_test_driver driver{passthrough()};
    input_topic<text, text> in = driver.input_topic<text, text>("in");
    output_topic<std::string, std::string> out = driver.output_topic<std::string, std::string>("out");
};

} // namespace

TEST_CASE("records are read in order, each once") {
    reading r;
    CHECK(r.out.size() == 3);
    CHECK(r.out.read() == test_record<std::string, std::string>{"a", "1", 1});
    CHECK(r.out.read_value() == "2");
    CHECK(r.out.size() == 1);
    CHECK(r.driver.output_topic<std::string, std::string>("out").read_value() == "3");
    CHECK(r.out.empty());
    CHECK(r.driver.raw().written("out").size() == 3);
}

TEST_CASE("what is left is read as records, pairs, values or the last value of each key") {
    CHECK(reading().out.read_all().size() == 3);
    CHECK(reading().out.read_key_values() ==
          std::vector<std::pair<std::string, std::string>>{{"a", "1"}, {"b", "2"}, {"a", "3"}});
    CHECK(reading().out.read_values() == std::vector<std::string>{"1", "2", "3"});
    CHECK(reading().out.read_map() == std::map<std::string, std::string>{{"a", "3"}, {"b", "2"}});
}

TEST_CASE("reading where nothing is left is an error that says how much there was") {
    reading r;
    (void)r.out.read_all();
    CHECK_THROWS_WITH(r.out.read(),
                      "topic out has no record left to read, 3 were written to it in all; ask empty() before "
                      "reading, or pipe more input");
}

TEST_CASE("a topic that the topology does not write is refused") {
    reading r;
    CHECK_THROWS_WITH((r.driver.output_topic<std::string, std::string>("in")),
                      "topic in is not written by the topology under test, which writes out; read one of those");
}

TEST_CASE("reading as other types is an error that says which half does not decode") {
    reading r;
    auto numbers = r.driver.output_topic<std::string, std::int64_t>("out");
    CHECK_THROWS_AS(numbers.read(), serialization_error);
    CHECK_THROWS_WITH(numbers.read(), Catch::Matchers::StartsWith("the value of a record in out does not decode"));
    r.in.pipe(std::nullopt, "v", 0ms);
    (void)r.out.read();
    CHECK_THROWS_WITH(r.out.read(),
                      "the key of a record in out is null, where the type it is read as admits none; read it "
                      "as std::optional");
}

TEST_CASE("a topic may be read with serde objects") {
    topology_test_driver driver{passthrough()};
    auto out = driver.output_topic<windowed<std::string>, std::string>("out", time_windowed_serde<std::string>(10ms));
    driver.raw().pipe("in",
                      {.key = bytes(std::string_view("k\0\0\0\0\0\0\0\5", 9)), .value = bytes(std::string_view("v"))});
    CHECK(out.read().key == windowed<std::string>{"k", {5, 15}});
}

TEST_CASE("a topic chosen by a function of the record can be read under any name") {
    topology t;
    t.add_source<std::string, std::string>("source", "in")
        .add_sink<std::string, std::string>("sink", [](const record<std::string, std::string>& r) { return r.key; },
                                            {"source"});
    topology_test_driver driver{t};
    driver.input_topic<std::string, std::string>("in").pipe("somewhere", "v", 0ms);
    CHECK(driver.output_topic<std::string, std::string>("somewhere").read_value() == "v");
    CHECK(driver.output_topic<std::string, std::string>("elsewhere").empty());
}
