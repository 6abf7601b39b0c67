// error: the processor must take the key and value types of the stream
// error: >::process
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

#ifdef CORRECT
using value = std::optional<std::string>;
#else
using value = std::string;
#endif

struct logging : streams::processor<std::string, value> {
    void process(const record_type&) override {}
};

void build(streams::streams_builder& builder) {
    builder.stream<std::string, std::optional<std::string>>("in").process([] { return std::make_unique<logging>(); });
}
