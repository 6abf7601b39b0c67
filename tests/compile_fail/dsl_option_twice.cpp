// error: an option is given twice to one operator
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto group = builder.stream<std::string, std::string>("in").group_by_key();
#ifdef CORRECT
    group.count(streams::named{"a"}).to_stream().to("out");
#else
    group.count(streams::named{"a"}, streams::named{"b"}).to_stream().to("out");
#endif
}
