// error: a serde object converts another type than the keys or values of the operator that it is given to
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto in = builder.stream<std::string, std::int64_t>("in");
#ifdef CORRECT
    in.to("out", streams::value_serde(streams::serde<std::int64_t>{}));
#else
    in.to("out", streams::value_serde(streams::serde<std::string>{}));
#endif
}
