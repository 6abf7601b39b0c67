// A process of its own under ctest: what it holds at most is its alone.

#include "catch.hpp"
#include "memory/resident.hpp"
#include "state/store_under_test.hpp"

#include <streams/runtime/kafka_streams.hpp>
#include <streams/serde/standard.hpp>
#include <streams/state/stores.hpp>
#include <streams/testing/embedded_cluster.hpp>
#include <streams/topology/processor_api.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using memory::mib;
using testing_support::beside;
using testing_support::key_of;
using testing_support::resident;
using testing_support::value_of;
using text = std::string;

namespace {

constexpr std::size_t stores_of_task = 8; ///< half of them of windows
constexpr std::int32_t partitions = 16;
constexpr std::size_t memory_bytes = 8 * mib;
constexpr std::size_t row_count = 10 * memory_bytes / testing_support::row_bytes;
constexpr std::int64_t window_ms = 60'000;

text store_name(std::size_t at) { return "store-" + std::to_string(at); }
bool is_window_store(std::size_t at) { return at % 2 == 1; }
bytes_view view(const text& of) { return bytes_view(std::string_view(of)); }
std::int64_t window_of(std::int64_t timestamp) { return timestamp - timestamp % window_ms; }

/// Keeps the row that a record names in one of its stores, and counts those that it does not find again.
class keeping final : public processor<text, text> {
public:
    explicit keeping(std::atomic<std::size_t>& missing) : missing_(missing) {}
    void init(context_type& context) override {
        for (std::size_t at = 0; at < stores_of_task; ++at)
            if (is_window_store(at))
                windows_[at] = &context.state_store<window_store>(store_name(at));
            else
                values_[at] = &context.state_store<key_value_store>(store_name(at));
    }
    void process(const record_type& r) override {
        const auto row = static_cast<std::size_t>(std::stoull(r.value));
        const std::size_t at = kept_.size() % stores_of_task;
        put(at, key_of(row), value_of(row), r.timestamp);
        kept_.push_back({row, r.timestamp});
        if (kept_.size() % 4 != 0) return;
        const std::size_t old = kept_.size() * 7 % (kept_.size() + 1) / 2;
        const auto& [number, timestamp] = kept_[old];
        const auto found = get(old % stores_of_task, key_of(number), timestamp);
        if (!found || found->text() != value_of(number)) ++missing_;
    }

private:
    void put(std::size_t at, const text& key, const text& value, std::int64_t timestamp) {
        if (is_window_store(at))
            windows_[at]->put(view(key), view(value), window_of(timestamp));
        else
            values_[at]->put(view(key), view(value));
    }
    std::optional<bytes_view> get(std::size_t at, const text& key, std::int64_t timestamp) {
        return is_window_store(at) ? windows_[at]->fetch(view(key), window_of(timestamp)) : values_[at]->get(view(key));
    }

    std::atomic<std::size_t>& missing_;
    std::array<key_value_store*, stores_of_task> values_{};
    std::array<window_store*, stores_of_task> windows_{};
    std::vector<std::pair<std::size_t, std::int64_t>> kept_;
};

topology keeping_all(std::atomic<std::size_t>& missing) {
    topology t;
    t.add_source<text, text>("read", "in");
    t.add_processor("keep", [&] { return std::make_unique<keeping>(missing); }, {"read"});
    for (std::size_t at = 0; at < stores_of_task; ++at) {
        store_spec spec{.name = store_name(at), .kind = key_value_kind{.timestamped = false}, .caching = false};
        if (is_window_store(at))
            spec.kind =
                window_kind{.timestamped = false, .size = std::chrono::milliseconds(window_ms), .retention = 100h};
        t.add_store(spec, {"keep"});
    }
    return t;
}

} // namespace

TEST_CASE(
    "an application whose state is ten times as large as its memory stays within that, queues and clients included") {
    const state_test::temporary_folder folder;
    embedded_cluster cluster({.folder = folder.path() / "cluster"}); // its topics take no memory of this process
    cluster.create_topic("in", partitions);
    for (std::size_t row = 0; row < row_count; ++row)
        cluster.produce("in", key_of(row), std::to_string(row), {.timestamp = static_cast<std::int64_t>(row) * 500});
    std::atomic<std::size_t> missing{0};
    const std::size_t before = resident("RssAnon");
    kafka_streams app(keeping_all(missing),
                      {.application_id = "app",
                       .state_dir = folder.path() / "state",
                       .state_memory_bytes = static_cast<std::int64_t>(memory_bytes)},
                      cluster.clients());
    app.start();
    std::size_t at_most = 0;
    std::size_t reserved_at_most = 0;
    const auto deadline = std::chrono::steady_clock::now() + 200s;
    while (app.counts().processed < row_count && app.error().empty() && std::chrono::steady_clock::now() < deadline) {
        at_most = std::max(at_most, resident("RssAnon"));
        std::size_t reserved = 0;
        for (const auto& [role, use] : app.counts().memory) reserved += use.reserved;
        reserved_at_most = std::max(reserved_at_most, reserved);
        std::this_thread::sleep_for(2ms);
    }
    INFO("before " << before / mib << " MB, at most " << at_most / mib << " MB, reserved " << reserved_at_most / mib);
    CHECK(app.error().empty());
    CHECK(app.counts().processed == row_count);
    CHECK(missing == 0);
    CHECK(at_most <= memory_bytes + beside(memory_bytes));
    // Clients do not wait for what others are to give back.
    CHECK(reserved_at_most <= memory_bytes + memory_bytes / 5);
    CHECK(app.close(60s));
}
