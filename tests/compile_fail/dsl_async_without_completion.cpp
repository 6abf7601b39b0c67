// error: the last parameter of the functor must be a streams::completion<NewValue>
// error: >::map_values_async
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto in = builder.stream<std::string, std::string>("in");
#ifdef CORRECT
    in.map_values_async([](const std::string& value, const streams::completion<std::string>& answer) {
          answer.set_value(value);
      }).to("out");
#else
    in.map_values_async([](const std::string& value) { return value; }).to("out");
#endif
}
