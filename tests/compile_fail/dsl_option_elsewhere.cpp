// error: kstream::to takes the options produced, partitioned_by(functor), key_serde(object) and value_serde(object)
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto in = builder.stream<std::string, std::string>("in");
#ifdef CORRECT
    in.to("out", streams::produced{.name = "sink"});
#else
    in.to("out", streams::materialized{.name = "store"});
#endif
}
