// error: borrows from the record, which is gone before the answer comes
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
#ifdef CORRECT
    using value = std::string;
#else
    using value = std::string_view;
#endif
    builder.stream<std::string, value>("in")
        .map_values_async([](value, const streams::completion<std::string>& answer) { answer.set_value(""); })
        .to("out");
}
