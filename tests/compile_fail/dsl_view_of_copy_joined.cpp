// error: a functor takes an argument by value and returns a view or a reference
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

#ifndef CORRECT
using argument = std::string;
#else
using argument = const std::string&;
#endif

void build(streams::streams_builder& builder) {
    auto in = builder.stream<std::string, std::string>("in");
    in.join(builder.table<std::string, std::string>("table"), [](argument value, const std::string&) {
          return std::string_view(value);
      }).to("out");
}
