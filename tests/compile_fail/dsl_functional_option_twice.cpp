// error: an option is given twice to one operator
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    const auto first = streams::partitioned_by([](const std::string&, std::int32_t) { return 0; });
    const auto last =
        streams::partitioned_by([](const std::string&, std::int32_t partitions) { return partitions - 1; });
#ifdef CORRECT
    static_cast<void>(last);
    builder.stream<std::string, std::string>("in").to("out", first);
#else
    builder.stream<std::string, std::string>("in").to("out", first, last);
#endif
}
