#include <streams/streams.hpp>
#include <streams/testing/topology_test_driver.hpp>

#include <cstdint>
#include <iostream>
#include <string>

/// Counts the words it is given, in memory and without a broker, and says so: enough to need every part of the library.
int main() {
    streams::streams_builder builder;
    builder.stream<std::string, std::string>("lines")
        .group_by([](const std::string&, const std::string& word) { return word; })
        .count()
        .to_stream()
        .to("counts");

    streams::topology_test_driver driver{builder.build()};
    auto lines = driver.input_topic<std::string, std::string>("lines");
    auto counts = driver.output_topic<std::string, std::int64_t>("counts");
    lines.pipe("", "streams");
    lines.pipe("", "streams");
    (void)counts.read();
    std::cout << "streams " << counts.read().value << '\n';
}
