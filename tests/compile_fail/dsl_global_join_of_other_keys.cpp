// error: kstream::join with a global table: the key selector must return a key of the table
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto products = builder.global_table<std::int64_t, std::string>("products");
#ifdef CORRECT
    const auto id = [](const std::string& order) { return std::int64_t{order.front()}; };
#else
    const auto id = [](const std::string& order) { return order; };
#endif
    builder.stream<std::string, std::string>("orders")
        .join(products, id, [](const std::string& order, const std::string& product) { return order + product; })
        .to("out");
}
