// error: has_serde
#include <streams/serde/serde.hpp>

struct payment {
    int amount;
};

#ifdef CORRECT
template <>
struct streams::serde<payment> {
    static void serialize(const payment&, streams::bytes&) {}
    static payment deserialize(streams::bytes_view) { return {}; }
};
#endif

payment read(streams::bytes_view in) { return streams::decode<payment>(in); }
