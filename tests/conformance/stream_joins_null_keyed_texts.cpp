#include "joining_streams.hpp"

namespace conformance {

template handle join_streams(const streams::kstream<maybe<text>, maybe<text>>&, const plain_stream&, const json&);
template handle join_streams(const streams::kstream<maybe<text>, text>&, const plain_stream&, const json&);

} // namespace conformance
