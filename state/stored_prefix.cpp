#include "state/stored_prefix.hpp"

namespace streams::inline v0 {

void stored_prefix::make(const record_view& record, bytes& out) const {
    static const streams::headers none;
    out.clear();
    if (headers) detail::append_stored_headers(out, record.headers ? *record.headers : none);
    if (timestamp) append_big_endian(out, record.timestamp);
}

} // namespace streams::inline v0
