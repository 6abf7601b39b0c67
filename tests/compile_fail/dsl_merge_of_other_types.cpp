// error: kstream::merge: both streams must have the same key and value types
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto texts = builder.stream<std::string, std::string>("texts");
    auto numbers = builder.stream<std::string, std::int64_t>("numbers");
#ifdef CORRECT
    texts.merge(numbers.map_values([](std::int64_t n) { return std::to_string(n); })).to("out");
#else
    texts.merge(numbers).to("out");
#endif
}
