// A million entries that come due at one moment: what it costs to take them out, by the entry. Filling is not counted; the
// half of it is measured too, since a cost by the entry that grows with their number is the fault to look for.

#include "bench/rocksdb_context.hpp"
#include "state/managed_store.hpp"
#include "state/state_thread.hpp"

#include <streams/core/big_endian.hpp>
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/state/change_buffer.hpp>
#include <streams/state/key_value_store.hpp>
#include <streams/state/session_store.hpp>
#include <streams/state/versioned_store.hpp>
#include <streams/state/window_store.hpp>
#include <streams/testing/topology_test_driver.hpp>
#include <streams/topology/timers.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace {

using namespace std::chrono_literals;
using streams::bytes_view;
using text = std::string;

constexpr std::int64_t due = 1'000'000;
constexpr std::int64_t minute = 60'000;

/// A store without a changelog, and the task around it.
class store_alone {
public:
    explicit store_alone(streams::store_spec spec) {
        streams::prepare_state_thread();
        std::filesystem::remove_all(folder_);
        spec.logging = spec.caching = false;
        store_ = streams::make_store(
            spec, {.directory = folder_, .current = current_, .memory = memory_, .changelog = nullptr});
    }
    ~store_alone() {
        store_->close();
        std::filesystem::remove_all(folder_);
    }
    store_alone(const store_alone&) = delete;
    store_alone& operator=(const store_alone&) = delete;

    template <class Store>
    [[nodiscard]] Store& as() {
        return dynamic_cast<Store&>(store_->store());
    }
    void commit() {
        store_->flush();
        store_->committed(std::nullopt);
    }

private:
    std::filesystem::path folder_ = std::filesystem::temp_directory_path() / "streams-due-bench";
    streams::headers headers_;
    streams::memory_budget budget_{streams::memory_limits_of({})};
    streams::store_memory memory_{budget_};
    streams::record_context current_{{}, 0, &headers_};
    std::unique_ptr<streams::managed_store> store_;
};

text key_of(std::int64_t number) { return "key-" + std::to_string(number); }
bytes_view view(const text& of) { return bytes_view(of); }

/// Measures `release` after `fill(number)` for each entry and a commit.
template <class Fill, class Release>
void measure(benchmark::State& state, streams::store_spec spec, Fill fill, Release release) {
    for (auto _ : state) {
        state.PauseTiming();
        {
            store_alone store(spec);
            for (std::int64_t number = 0; number < state.range(0); ++number) fill(store, number);
            store.commit();
            state.ResumeTiming();
            release(store);
            state.PauseTiming();
        }
        state.ResumeTiming();
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

void timers(benchmark::State& state, bool persistent) {
    measure(
        state, {.name = "alarms", .kind = streams::key_value_kind{.timestamped = false}, .persistent = persistent},
        [](store_alone& store, std::int64_t number) {
            streams::bytes key;
            streams::append_big_endian(key, number);
            key.append(bytes_view(key_of(number)));
            store.as<streams::key_value_store>().put(key, bytes_view());
        },
        [](store_alone& store) {
            std::int64_t fired = 0;
            streams::detail::timers timers(store.as<streams::key_value_store>(),
                                           [&](bytes_view, std::int64_t) { ++fired; });
            timers.fire_due(due);
            store.commit();
            benchmark::DoNotOptimize(fired);
        });
}

void emptied_from_the_front(benchmark::State& state, bool persistent) {
    measure(
        state, {.name = "queue", .kind = streams::key_value_kind{.timestamped = false}, .persistent = persistent},
        [](store_alone& store, std::int64_t number) {
            store.as<streams::key_value_store>().put(view(key_of(number)), bytes_view());
        },
        [](store_alone& store) {
            auto& queue = store.as<streams::key_value_store>();
            for (bool empty = false; !empty;) {
                empty = true;
                for (const auto& first : queue.all()) {
                    queue.put(first.key, std::nullopt);
                    empty = false;
                    break;
                }
            }
            store.commit();
        });
}

void windows_expire(benchmark::State& state, bool persistent) {
    measure(
        state,
        {.name = "windows",
         .kind = streams::window_kind{.timestamped = false, .size = 1min, .retention = 10min},
         .persistent = persistent},
        [](store_alone& store, std::int64_t number) {
            store.as<streams::window_store>().put(view(key_of(number)), bytes_view(), number % minute);
        },
        [](store_alone& store) {
            store.as<streams::window_store>().put(view("late"), bytes_view(), 1'000 * minute);
            store.commit();
        });
}

void sessions_expire(benchmark::State& state, bool persistent) {
    measure(
        state, {.name = "sessions", .kind = streams::session_kind{.retention = 10min}, .persistent = persistent},
        [](store_alone& store, std::int64_t number) {
            store.as<streams::session_store>().put(view(key_of(number)), bytes_view(),
                                                   {number % minute, number % minute});
        },
        [](store_alone& store) {
            store.as<streams::session_store>().put(view("late"), bytes_view(), {1'000 * minute, 1'000 * minute});
            store.commit();
        });
}

void versions_expire(benchmark::State& state, bool persistent) {
    measure(
        state, {.name = "versions", .kind = streams::versioned_kind{.retention = 10min}, .persistent = persistent},
        [](store_alone& store, std::int64_t number) {
            store.as<streams::versioned_store>().put(view(key_of(number / 2)), bytes_view(), number % 2 * 1'000);
        },
        [](store_alone& store) {
            store.as<streams::versioned_store>().put(view("late"), bytes_view(), 1'000 * minute);
            store.commit();
        });
}

void changes_held_back(benchmark::State& state) {
    measure(
        state, {.name = "held", .kind = streams::change_buffer_kind{}, .persistent = false},
        [](store_alone& store, std::int64_t number) {
            store.as<streams::change_buffer>().put(number / 10, view(key_of(number)), bytes_view(), std::nullopt);
        },
        [](store_alone& store) {
            auto& held = store.as<streams::change_buffer>();
            while (held.oldest_time() <= due) {
                benchmark::DoNotOptimize(held.oldest().key.data());
                held.remove_oldest();
            }
            store.commit();
        });
}

/// Measures a late record after as many as wait for it.
void measure(benchmark::State& state, const streams::topology& program) {
    for (auto _ : state) {
        state.PauseTiming();
        {
            streams::topology_test_driver driver(program);
            auto in = driver.input_topic<text, text>("in");
            for (std::int64_t number = 0; number < state.range(0); ++number) in.pipe(key_of(number), "value", number);
            driver.advance_wall_clock(1h);
            state.ResumeTiming();
            in.pipe("late", "value", std::int64_t{1'000} * minute);
            state.PauseTiming();
        }
        state.ResumeTiming();
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

void join_buffer(benchmark::State& state) {
    streams::streams_builder builder;
    const auto rows = builder.table<text, text>("rows", streams::materialized{.name = "rows", .history_retention = 2h});
    builder.stream<text, text>("in")
        .left_join(
            rows, [](const text& value, const auto&) { return value; }, streams::joined{.grace = 1h})
        .to("out");
    measure(state, builder.build());
}

void records_without_a_match(benchmark::State& state) {
    streams::streams_builder builder;
    const auto other = builder.stream<text, text>("other");
    builder.stream<text, text>("in")
        .left_join(
            other, [](const text& value, const text*) { return value; }, streams::join_windows{1h})
        .to("out");
    measure(state, builder.build());
}

#define DUE(...) BENCHMARK_CAPTURE(__VA_ARGS__)->Arg(due / 2)->Arg(due)->Iterations(1)->Unit(benchmark::kMillisecond)

DUE(timers, memory, false);
DUE(timers, rocksdb, true);
DUE(emptied_from_the_front, memory, false);
DUE(emptied_from_the_front, rocksdb, true);
DUE(windows_expire, memory, false);
DUE(windows_expire, rocksdb, true);
DUE(sessions_expire, memory, false);
DUE(sessions_expire, rocksdb, true);
DUE(versions_expire, memory, false);
DUE(versions_expire, rocksdb, true);
BENCHMARK(changes_held_back)->Arg(due / 2)->Arg(due)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(join_buffer)->Arg(due / 2)->Arg(due)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(records_without_a_match)->Arg(due / 2)->Arg(due)->Iterations(1)->Unit(benchmark::kMillisecond);

} // namespace
