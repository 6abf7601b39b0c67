// error: kstream::flat_map_values: the functor must return a range of new values
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto in = builder.stream<std::string, std::string>("in");
#ifdef CORRECT
    in.flat_map_values([](const std::string& value) { return std::vector<std::string>{value}; }).to("out");
#else
    in.flat_map_values([](const std::string& value) { return value.size(); }).to("out");
#endif
}
