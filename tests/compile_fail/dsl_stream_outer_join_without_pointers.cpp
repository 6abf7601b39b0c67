// error: a side that can be absent, the right one of a left join and both of an outer join, is a pointer
// error: >::outer_join
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    using text = std::string;
    auto in = builder.stream<text, text>("in");
    const streams::join_windows windows{std::chrono::milliseconds(1)};
#ifdef CORRECT
    in.outer_join(in, [](const text* left, const text* right) { return left ? *left : *right; }, windows).to("out");
#else
    in.outer_join(in, [](const text& left, const text* right) { return right ? *right : left; }, windows).to("out");
#endif
}
