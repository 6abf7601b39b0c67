// error: no member named
#include <streams/state/key_value_store.hpp>
#include <streams/topology/node_store.hpp>

void count(streams::node_store<streams::key_value_store>& counts, const streams::record<int, int>& r,
           streams::bytes_view key, streams::bytes_view value) {
#ifdef CORRECT
    counts.of(r).put(key, value);
#else
    static_cast<void>(r);
    counts->put(key, value);
#endif
}
