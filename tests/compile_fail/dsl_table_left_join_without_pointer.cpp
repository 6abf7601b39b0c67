// error: a side that can be absent, the right one of a left join and both of an outer join, is a pointer
// error: >::left_join
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto orders = builder.table<std::string, std::string>("orders");
    auto users = builder.table<std::string, std::string>("users");
#ifdef CORRECT
    orders.left_join(users, [](const std::string& order, const std::string* user) { return user ? *user : order; })
        .to_stream()
        .to("out");
#else
    orders.left_join(users, [](const std::string& order, const std::string& user) { return order + user; })
        .to_stream()
        .to("out");
#endif
}
