// What the examples of docs/testing.md may use: topologies, a driver, and macros in the place of a test framework's.
#include <streams/streams.hpp>
#include <streams/testing/simulation.hpp>
#include <streams/testing/topology_test_driver.hpp>

#include <string>

using namespace std::chrono_literals;

struct payment {
    std::int64_t cents = 0;
};
template <>
struct streams::serde<payment> {
    static void serialize(const payment& p, bytes& out) { serde<std::int64_t>::serialize(p.cents, out); }
    static payment deserialize(bytes_view in) { return {serde<std::int64_t>::deserialize(in)}; }
};

streams::topology possible_fraud();

#define TEST_CASE_ON(line) [[maybe_unused]] static void test_case_on_##line()
#define TEST_CASE_AT(line) TEST_CASE_ON(line)
#define TEST_CASE(name) TEST_CASE_AT(__LINE__)
#define CHECK(condition) (void)(condition)

#define EXAMPLE_PREAMBLE                                                                                               \
    auto topology = possible_fraud();                                                                                  \
    streams::topology_test_driver driver{possible_fraud()};
