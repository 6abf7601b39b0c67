// error: kstream::join: both streams must have the same key type
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto by_name = builder.stream<std::string, std::string>("a");
    auto by_number = builder.stream<std::int64_t, std::string>("b");
    const streams::join_windows windows{std::chrono::milliseconds(1)};
    const auto join = [](const std::string& left, const std::string& right) { return left + right; };
#ifdef CORRECT
    by_name.join(by_number.select_key([](const std::string& value) { return value; }), join, windows).to("out");
#else
    by_name.join(by_number, join, windows).to("out");
#endif
}
