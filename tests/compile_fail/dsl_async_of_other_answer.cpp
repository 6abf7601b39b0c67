// error: callable with (value, completion<NewValue>) or (key, value, completion<NewValue>) of the stream's types
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto in = builder.stream<std::string, std::string>("in");
#ifdef CORRECT
    using answer = std::string;
#else
    using answer = int;
#endif
    in.map_values_async<std::string>([](const std::string&, const streams::completion<answer>& to) {
          to.set_value(answer());
      }).to("out");
}
