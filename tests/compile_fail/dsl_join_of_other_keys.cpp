// error: kstream::join: stream and table must have the same key type
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto clicks = builder.stream<std::string, std::string>("clicks");
    auto users = builder.table<std::int64_t, std::string>("users");
    const auto join = [](const std::string& page, const std::string& user) { return page + user; };
#ifdef CORRECT
    clicks.select_key([](const std::string& page) { return static_cast<std::int64_t>(page.size()); })
        .join(users, join)
        .to("out");
#else
    clicks.join(users, join).to("out");
#endif
}
