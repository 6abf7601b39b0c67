// error: partitioned_by: the functor must be callable
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto in = builder.stream<std::string, std::string>("in");
#ifdef CORRECT
    in.to("out", streams::partitioned_by([](const std::string& value, std::int32_t) { return value.empty() ? 0 : 1; }));
#else
    in.to("out", streams::partitioned_by([](const std::string& value) { return value.empty() ? 0 : 1; }));
#endif
}
