// error: ktable::join: both tables must have the same key type
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    const auto join = [](const std::string& order, const std::string& user) { return order + user; };
    auto users = builder.table<std::int64_t, std::string>("users");
#ifdef CORRECT
    auto orders = builder.table<std::int64_t, std::string>("orders");
#else
    auto orders = builder.table<std::string, std::string>("orders");
#endif
    orders.join(users, join).to_stream().to("out");
}
