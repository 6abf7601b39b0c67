// What five stateless operators cost a record, apart from serdes and clients: the DSL's nodes beside a hand-written loop.

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace {

struct reading {
    std::int64_t sensor;
    double value;
    std::int64_t flags;
};

constexpr std::size_t batch = 1024;

std::vector<reading> readings() {
    std::vector<reading> out;
    for (std::size_t at = 0; at < batch; ++at)
        out.push_back(
            {static_cast<std::int64_t>(at), static_cast<double>(at) * 0.5, static_cast<std::int64_t>(at & 7)});
    return out;
}

constexpr std::string_view key = "0123456789abcdef";

const auto is_valid = [](const reading& r) { return r.flags != 9; };
const auto scaled = [](const reading& r) { return reading{r.sensor, r.value * 1.8 + 32, r.flags}; };
const auto marked = [](std::string_view k, const reading& r) {
    return reading{r.sensor, r.value, r.flags | static_cast<std::int64_t>(k.size())};
};
const auto is_not_negative = [](const reading& r) { return r.value >= 0; };

} // namespace

template <>
struct streams::serde<reading> {
    static void serialize(const reading&, streams::bytes&) {}
    static reading deserialize(streams::bytes_view) { return {}; }
};

namespace {

/// The nodes of a topology's operators, made and connected as a task does.
class made_nodes {
public:
    explicit made_nodes(const streams::topology& of) {
        for (const auto& spec : of.nodes()) {
            if (spec.kind == streams::node_kind::source) continue;
            nodes_.push_back(spec.make());
            nodes_.back()->set_name(spec.name);
            if (nodes_.size() > 1) nodes_[nodes_.size() - 2]->connect(*nodes_.back());
        }
    }
    [[nodiscard]] auto& first() { return dynamic_cast<streams::receiver<std::string_view, reading>&>(*nodes_.front()); }

private:
    std::vector<std::unique_ptr<streams::node>> nodes_;
};

void five_operators(benchmark::State& state) {
    double sum = 0;
    streams::streams_builder builder;
    builder.stream<std::string_view, reading>("in")
        .filter(is_valid)
        .map_values(scaled)
        .map_values(marked)
        .filter(is_not_negative)
        .for_each([&sum](const reading& r) { sum += r.value; });
    made_nodes nodes(builder.build());
    auto& first = nodes.first();
    const auto input = readings();
    streams::headers headers;
    for (auto _ : state)
        for (const reading& r : input) first.process({key, r, 1, headers});
    benchmark::DoNotOptimize(sum);
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch));
}
BENCHMARK(five_operators);

void by_hand(benchmark::State& state) {
    double sum = 0;
    const auto input = readings();
    for (auto _ : state) {
        for (const reading& r : input) {
            if (!is_valid(r)) continue;
            const reading last = marked(key, scaled(r));
            if (is_not_negative(last)) sum += last.value;
        }
    }
    benchmark::DoNotOptimize(sum);
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch));
}
BENCHMARK(by_hand);

} // namespace
