// error: give each task its own functor with per_task(factory)
// error: >::map_values
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto in = builder.stream<std::string, std::string>("in");
#ifdef CORRECT
    in.map_values(streams::per_task([] { return [n = 0](const std::string&) mutable { return std::to_string(++n); }; }))
        .to("out");
#else
    in.map_values([n = 0](const std::string&) mutable { return std::to_string(++n); }).to("out");
#endif
}
