// error: the functor returns a view as the value of a row
// error: >::map_values
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    builder
        .table<std::string, std::string>("in")
#ifdef CORRECT
        .map_values([](const std::string& value) { return value.substr(1); })
#else
        .map_values([](const std::string& value) { return std::string_view(value).substr(1); })
#endif
        .to_stream()
        .to("out");
}
