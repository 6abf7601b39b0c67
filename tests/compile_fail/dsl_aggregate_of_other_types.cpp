// error: the functor must be callable with (value, aggregate) or (key, value, aggregate)
// error: >::aggregate
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto group = builder.stream<std::string, std::string>("in").group_by_key();
    const auto zero = [] { return std::int64_t{0}; };
#ifdef CORRECT
    group
        .aggregate(zero, [](const std::string& v, std::int64_t n) { return n + static_cast<std::int64_t>(v.size()); })
#else
    group
        .aggregate(zero, [](std::int64_t n, const std::string& v) { return n + static_cast<std::int64_t>(v.size()); })
#endif
        .to_stream()
        .to("out");
}
