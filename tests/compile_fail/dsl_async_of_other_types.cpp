// error: callable with (value, completion<NewValue>) or (key, value, completion<NewValue>) of the stream's types
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

struct user {
    std::string name;
};

void build(streams::streams_builder& builder) {
    auto in = builder.stream<std::string, std::string>("in");
#ifdef CORRECT
    using value = std::string;
#else
    using value = user;
#endif
    in.map_values_async([](const value&, const streams::completion<std::string>& answer) {
          answer.set_value("");
      }).to("out");
}
