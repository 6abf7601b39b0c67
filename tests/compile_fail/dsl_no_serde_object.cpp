// error: a serde object needs the const member functions serialize(const T&, streams::bytes&), which appends
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

struct upper_case {
    void serialize(const std::string& value, streams::bytes& out) const { out.append(std::string_view(value)); }
#ifdef CORRECT
    std::string deserialize(streams::bytes_view in) const { return std::string(in.text()); }
#else
    std::string read(streams::bytes_view in) const { return std::string(in.text()); }
#endif
};

void build(streams::streams_builder& builder) {
    builder.stream<std::string, std::string>("in", streams::value_serde(upper_case{})).to("out");
}
