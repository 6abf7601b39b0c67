// What the examples of docs/operators.md may use: types, and streams and tables of them.
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/streams.hpp>

#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace streams;

struct payment {
    std::string card;
    std::string shop;
    std::int64_t cents = 0;
};
struct shop {
    std::string name;
    std::string owner;
};
struct alert {
    std::string card;
    std::int64_t cents = 0;
};

/// Bytes do not matter to what only has to compile.
template <class T>
struct unwritten {
    static void serialize(const T&, streams::bytes&) {}
    static T deserialize(streams::bytes_view) { return {}; }
};
template <>
struct streams::serde<payment> : unwritten<payment> {};
template <>
struct streams::serde<shop> : unwritten<shop> {};
template <>
struct streams::serde<alert> : unwritten<alert> {};

/// `payments` by card, `refunds` by card, `limits` (cents by card), `shops` by name, `lines` of text.
#define EXAMPLE_PREAMBLE                                                                                               \
    streams_builder builder;                                                                                           \
    auto payments = builder.stream<std::string, payment>("payments");                                                  \
    auto refunds = builder.stream<std::string, payment>("refunds");                                                    \
    auto lines = builder.stream<std::string, std::string>("lines");                                                    \
    auto limits = builder.table<std::string, std::int64_t>("limits");                                                  \
    auto accounts = builder.table<std::string, payment>("accounts");                                                   \
    auto shops = builder.table<std::string, shop>("shops");                                                            \
    (void)payments, (void)refunds, (void)lines, (void)limits, (void)accounts, (void)shops;
