#pragma once

#include "functors.hpp"
#include "operations.hpp"

namespace conformance {

/// A join of two streams, `of` being the left one. Compiled for a few left types at a time.
template <class Left>
handle join_streams(const Left& left, const plain_stream& other, const json& op);

extern template handle join_streams(const streams::kstream<maybe<text>, maybe<text>>&, const plain_stream&,
                                    const json&);
extern template handle join_streams(const streams::kstream<maybe<text>, maybe<number>>&, const plain_stream&,
                                    const json&);
extern template handle join_streams(const streams::kstream<maybe<text>, text>&, const plain_stream&, const json&);
extern template handle join_streams(const streams::kstream<maybe<text>, number>&, const plain_stream&, const json&);
extern template handle join_streams(const streams::kstream<text, maybe<text>>&, const plain_stream&, const json&);
extern template handle join_streams(const streams::kstream<text, maybe<number>>&, const plain_stream&, const json&);
extern template handle join_streams(const streams::kstream<text, text>&, const plain_stream&, const json&);
extern template handle join_streams(const streams::kstream<text, number>&, const plain_stream&, const json&);

} // namespace conformance
