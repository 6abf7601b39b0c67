// error: windowed_by takes tumbling, hopping, sliding, session, unlimited, count_window, or windows of your own
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

#include <array>

struct shifts {
#ifdef CORRECT
    std::array<streams::window, 1> windows_for(std::int64_t at) const { return {{{at, at + 1}}}; }
#else
    streams::window windows_for(std::int64_t at) const { return {at, at + 1}; }
#endif
    std::chrono::milliseconds size() const { return std::chrono::milliseconds(1); }
    std::chrono::milliseconds grace() const { return std::chrono::milliseconds(0); }
};

void build(streams::streams_builder& builder) {
    builder.stream<std::string, std::string>("in").group_by_key().windowed_by(shifts{}).count().to_stream().to("out");
}
