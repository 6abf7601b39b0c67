#include <streams/serde/standard.hpp>
#include <streams/serde/windowed.hpp>
#if __has_include(<simdjson.h>)
#include <streams/json/json.hpp>
#endif

#include <benchmark/benchmark.h>

// What it costs to read and write one value.

namespace {

using streams::bytes;
using streams::bytes_view;
using streams::serde;

template <class T>
void write(benchmark::State& state, const T& value) {
    bytes out;
    for (auto _ : state) {
        out.clear();
        serde<T>::serialize(value, out);
        benchmark::DoNotOptimize(out.data());
    }
}

template <class T>
void read(benchmark::State& state, const T& value) {
    bytes in;
    serde<T>::serialize(value, in);
    for (auto _ : state) {
        auto found = serde<T>::deserialize(in);
        benchmark::DoNotOptimize(found);
    }
}

const std::string card = "4000123412341234";

void write_long(benchmark::State& state) { write<std::int64_t>(state, 42); }
void read_long(benchmark::State& state) { read<std::int64_t>(state, 42); }
void read_string(benchmark::State& state) { read<std::string>(state, card); }
void read_string_view(benchmark::State& state) { read<std::string_view>(state, card); }
void write_windowed(benchmark::State& state) {
    write<streams::windowed<std::string>>(state, {card, {300'000, 600'000}});
}

BENCHMARK(write_long);
BENCHMARK(read_long);
BENCHMARK(read_string);
BENCHMARK(read_string_view);
BENCHMARK(write_windowed);

} // namespace

#if __has_include(<simdjson.h>)

namespace {

struct payment {
    std::string card;
    double amount = 0;
    std::string merchant;
};

struct flagged {
    std::string card;
    std::int64_t window = 0;
    std::int64_t count = 0;
};

} // namespace

template <>
struct streams::json_members<payment> {
    static constexpr auto members =
        std::tuple{json_member{"card", &payment::card}, json_member{"amount", &payment::amount},
                   json_member{"merchant", &payment::merchant}};
};
template <>
struct streams::serde<payment> : streams::json<payment> {};

template <>
struct streams::json_members<flagged> {
    static constexpr auto members =
        std::tuple{json_member{"card", &flagged::card}, json_member{"window", &flagged::window},
                   json_member{"count", &flagged::count}};
};
template <>
struct streams::serde<flagged> : streams::json<flagged> {};

namespace {

/// 110 bytes with five members, of which three are read.
constexpr std::string_view payment_text =
    R"({"card":"4000123412341234","amount":129.95,"merchant":"corner shop 17","currency":"EUR","terminal":"T-000042"})";
static_assert(payment_text.size() == 110);

void read_json_payment(benchmark::State& state) {
    for (auto _ : state) {
        auto found = serde<payment>::deserialize(bytes_view(payment_text));
        benchmark::DoNotOptimize(found);
    }
}
void read_json_payment_into(benchmark::State& state) {
    payment found;
    for (auto _ : state) {
        serde<payment>::deserialize_into(bytes_view(payment_text), found);
        benchmark::DoNotOptimize(found);
    }
}
void write_json_flagged(benchmark::State& state) { write<flagged>(state, {card, 1'700'000'000'000, 5}); }

BENCHMARK(read_json_payment);
BENCHMARK(read_json_payment_into);
BENCHMARK(write_json_flagged);

} // namespace

#endif
