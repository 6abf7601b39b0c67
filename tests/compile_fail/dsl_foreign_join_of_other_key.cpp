// error: ktable::join: the extractor must return the other table's key, or a std::optional of it
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto orders = builder.table<std::string, std::string>("orders");
    auto users = builder.table<std::int64_t, std::string>("users");
#ifdef CORRECT
    const auto user_of = [](const std::string& order) { return static_cast<std::int64_t>(order.size()); };
#else
    const auto user_of = [](const std::string& order) { return order; };
#endif
    orders.join(users, user_of, [](const std::string& order, const std::string& user) { return order + user; })
        .to_stream()
        .to("out");
}
