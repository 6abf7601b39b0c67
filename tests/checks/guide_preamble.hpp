// What the examples of docs/guide.md may use: types whose bytes do not matter, and streams and tables of them.
#include <streams/json/json.hpp>
#include <streams/streams.hpp>
#include <streams/testing/embedded_cluster.hpp>

#include <algorithm>
#include <array>
#include <coroutine>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

using namespace std::chrono_literals;
using namespace streams;

struct payment;
struct order {
    std::string customer;
    std::string status;
    std::int64_t placed_at_ms = 0;
};
struct user {
    std::string level;
};
struct price {
    std::int64_t cents = 0;
};
struct sale {
    std::string product;
    std::int64_t pieces = 0;
};
struct bill {
    order of;
    const payment* by = nullptr;
};

/// Bytes do not matter to what only has to compile.
template <class T>
struct unwritten {
    static void serialize(const T&, streams::bytes&) {}
    static T deserialize(streams::bytes_view) { return {}; }
};
template <>
struct streams::serde<order> : unwritten<order> {};
template <>
struct streams::serde<user> : unwritten<user> {};
template <>
struct streams::serde<sale> : unwritten<sale> {};

struct registry_client {
    void write(const char* subject, const order& o, streams::bytes& out);
    order read(streams::bytes_view in);
};

streams::topology possible_fraud();
extern streams::kafka_streams app; ///< is running
inline bool is_large(const order& o) { return o.customer.size() > 1; }
inline std::string enrich(const order& o, const user& u) { return o.customer + u.level; }
inline std::int64_t revenue(const sale& s, const price& p) { return s.pieces * p.cents; }

/// `orders` and `payments` by order, `clicks` by user, `counts` of windows, `lines` of text.
#define EXAMPLE_PREAMBLE                                                                                               \
    streams_builder builder;                                                                                           \
    auto orders = builder.stream<std::string, order>("orders");                                                        \
    auto payments = builder.stream<std::string, payment>("payments");                                                  \
    auto lines = builder.stream<std::string, std::string>("lines");                                                    \
    auto counts = lines.group_by_key().windowed_by(tumbling{5min}).count();                                            \
    auto clicks = builder.stream<std::string, order>("clicks");                                                        \
    const auto client = std::make_shared<registry_client>();                                                           \
    (void)orders, (void)payments, (void)lines, (void)counts, (void)clicks, (void)client;
