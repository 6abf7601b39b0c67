// error: a side that can be absent, the right one of a left join and both of an outer join, is a pointer
// error: >::left_join
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto clicks = builder.stream<std::string, std::string>("clicks");
    auto users = builder.table<std::string, std::string>("users");
#ifdef CORRECT
    clicks.left_join(users, [](const std::string& page, const std::string* user) { return user ? *user : page; })
        .to("out");
#else
    clicks.left_join(users, [](const std::string& page, const std::string& user) { return page + user; }).to("out");
#endif
}
