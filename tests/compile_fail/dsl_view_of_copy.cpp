// error: a functor takes an argument by value and returns a view or a reference
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto in = builder.stream<std::string, std::string>("in");
#ifdef CORRECT
    in.map_values([](const std::string& value) -> std::string_view {
          return std::string_view(value).substr(1);
      }).to("out");
    in.map_values([](const auto& value) { return std::string_view(value); }).to("out");
    in.map_values([](auto&& value) { return std::string_view(value); }).to("out");
    in.map_values([](std::string value) { return value + "!"; }).to("out");
    in.map_values([](std::string_view value) { return value.substr(0, 1); }).to("out");
    in.select_key(&std::string::size).to("out");
#else
    in.map_values([](std::string value) -> std::string_view { return std::string_view(value).substr(1); }).to("out");
#endif
}
