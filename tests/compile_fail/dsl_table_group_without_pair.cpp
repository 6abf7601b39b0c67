// error: ktable::group_by: the functor must return a pair of the group's key and the value to aggregate
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto users = builder.table<std::string, std::string>("users");
#ifdef CORRECT
    users.group_by([](const std::string& region) { return std::pair(region, region); }).count().to_stream().to("out");
#else
    users.group_by([](const std::string& region) { return region; }).count().to_stream().to("out");
#endif
}
