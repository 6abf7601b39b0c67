// error: the new value is a view, which outlives what it was made from
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto in = builder.stream<std::string, std::string>("in");
#ifdef CORRECT
    using answer = std::string;
#else
    using answer = std::string_view;
#endif
    in.map_values_async([](const std::string& value, const streams::completion<answer>& to) {
          to.set_value(value);
      }).to("out");
}
