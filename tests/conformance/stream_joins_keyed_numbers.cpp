#include "joining_streams.hpp"

namespace conformance {

template handle join_streams(const streams::kstream<text, maybe<number>>&, const plain_stream&, const json&);
template handle join_streams(const streams::kstream<text, number>&, const plain_stream&, const json&);

} // namespace conformance
