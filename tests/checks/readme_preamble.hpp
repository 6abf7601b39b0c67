// What the examples of README.md may use: macros in the place of a test framework's.
#include <streams/json/json.hpp>
#include <streams/streams.hpp>
#include <streams/testing/topology_test_driver.hpp>

#define TEST_CASE(name) [[maybe_unused]] static void test_case()
#define CHECK(condition) (void)(condition)

#define EXAMPLE_PREAMBLE
