// error: check its parameters, std::optional included
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto in = builder.stream<std::string, std::optional<std::string>>("in");
#ifdef CORRECT
    in.filter([](const std::optional<std::string>& value) { return value.has_value(); }).to("out");
#else
    in.filter([](const std::string& value) { return !value.empty(); }).to("out");
#endif
}
