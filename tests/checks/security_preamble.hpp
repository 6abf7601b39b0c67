// What the examples of docs/security.md may use.
#include <streams/streams.hpp>

struct identity_answer {
    std::string access_token;
    std::int64_t expires = 0; ///< s since the epoch
};
identity_answer ask_identity_provider();

#define EXAMPLE_PREAMBLE
