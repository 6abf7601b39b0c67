#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

#include "catch.hpp"
#include "runtime/temporary_folder.hpp"

using namespace streams;
using namespace std::chrono_literals;
using text = std::string;

namespace {

constexpr const char* remedy =
    "it was written by another version of the program, or with another serde; let the serde read "
    "the old bytes too, give the store a new name, or reset the application";

/// What is said of a record that meets rows of eight bytes where the program has become one with rows of one.
template <class Declare>
std::string said_after_change(Declare declare) {
    const testing_support::temporary_folder folder;
    const auto run = [&](auto initial) {
        streams_builder builder;
        declare(builder.stream<text, text>("in").group_by_key(), initial);
        topology_test_driver driver(builder.build(), {.state_directory = folder.path()});
        driver.input_topic<text, text>("in").pipe("card-1", "v", 10ms);
        driver.close();
    };
    run([] { return std::int64_t{7}; });
    try {
        run([] { return true; });
    } catch (const std::exception& e) {
        return e.what();
    }
    return "";
}
const auto keep = [](const text&, auto aggregate) { return aggregate; };

} // namespace

TEST_CASE("a row that does not decode is blamed on its store, with its key and the remedies") {
    const auto by_key =
        said_after_change([](auto group, auto initial) { group.aggregate(initial, keep, materialized{.name = "n"}); });
    INFO(by_key);
    CHECK(by_key.find("store n holds under key 'card-1' a value that does not decode as the type it is read as (") !=
          text::npos);
    CHECK(by_key.find(remedy) != text::npos);
    const auto by_window = said_after_change([](auto group, auto initial) {
        group.windowed_by(tumbling{1min}).aggregate(initial, keep, materialized{.name = "w"});
    });
    CHECK(by_window.find("store w holds under key ") != text::npos);
    const auto by_session = said_after_change([](auto group, auto initial) {
        group.windowed_by(session{1min})
            .aggregate(initial, keep, [](auto a, auto) { return a; }, materialized{.name = "s"});
    });
    CHECK(by_session.find("store s holds under key ") != text::npos);
    const auto by_sliding = said_after_change([](auto group, auto initial) {
        group.windowed_by(sliding{1min}).aggregate(initial, keep, materialized{.name = "l"});
    });
    CHECK(by_sliding.find("store l holds under key ") != text::npos);
}
