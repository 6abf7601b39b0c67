// error: in a left join the row is a pointer, null where there is none
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
