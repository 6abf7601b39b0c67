// Each case is a process of its own under ctest: what it holds at most is its alone.

#include "catch.hpp"
#include "memory/resident.hpp"
#include "state/managed_store.hpp"
#include "state/state_thread.hpp"
#include "state/store_under_test.hpp"

#include <streams/core/config.hpp>
#include <streams/state/key_value_store.hpp>
#include <streams/state/window_store.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace streams;
using memory::mib;
using testing_support::beside;
using testing_support::key_of;
using testing_support::resident;
using testing_support::value_of;

namespace {

/// Stores of an application with so much memory, and what its one thread does with them.
class stores_of_application {
public:
    explicit stores_of_application(std::size_t bytes)
        : budget_(memory_limits_of({.state_memory_bytes = static_cast<std::int64_t>(bytes)})), memory_(budget_),
          uncommitted_(budget_, memory_role::uncommitted) {
        prepare_state_thread();
    }

    void open(const store_spec& spec, const std::string& task) {
        stores_.push_back(make_store(spec, {folder_.path() / task, current_, memory_, nullptr}));
        stores_.back()->restored(std::nullopt);
    }
    template <class Store>
    [[nodiscard]] Store& store(std::size_t at) {
        return dynamic_cast<Store&>(stores_[at]->store());
    }
    [[nodiscard]] std::size_t count() const noexcept { return stores_.size(); }
    /// After a round of records: commits only where memory is short.
    void turned() {
        std::size_t bytes = 0;
        for (const auto& each : stores_) bytes += each->uncommitted_bytes();
        if (!uncommitted_.fit_to(bytes)) commit();
        if (budget_.asks_back())
            for (const auto& each : stores_) each->give_back();
    }
    void commit() {
        for (const auto& each : stores_) {
            each->flush();
            each->committed(++offset_);
        }
        ++commits_;
        static_cast<void>(uncommitted_.fit_to(0));
    }
    [[nodiscard]] int commits() const noexcept { return commits_; }
    [[nodiscard]] std::size_t reserved() const {
        std::size_t sum = 0;
        for (std::size_t role = 0; role < memory_roles; ++role)
            sum += budget_.use(static_cast<memory_role>(role)).reserved;
        return sum;
    }
    /// What the stores themselves say.
    [[nodiscard]] std::size_t held() const {
        std::size_t sum = 0;
        for (const auto& each : stores_) sum += each->memory_bytes();
        return sum;
    }

private:
    state_test::temporary_folder folder_;
    record_context current_{};
    memory_budget budget_;
    store_memory memory_;
    memory_reservation uncommitted_;
    std::vector<std::unique_ptr<managed_store>> stores_;
    std::int64_t offset_ = 0;
    int commits_ = 0;
};

bytes_view view(const std::string& text) { return bytes_view(std::string_view(text)); }

constexpr std::size_t stores_of_task = 8;
constexpr std::size_t tasks = 16;
constexpr std::size_t memory_bytes = 16 * mib;
constexpr std::size_t row_count = 10 * memory_bytes / testing_support::row_bytes;

/// Windows in the order of time, so that nothing is too old to be kept.
constexpr std::int64_t window_of(std::size_t row) { return static_cast<std::int64_t>(row) / 100 * 60'000; }

struct key_value_rows {
    static store_spec spec(const std::string& name) { return {.name = name}; }
    static void put(stores_of_application& all, std::size_t row, const std::string& value) {
        all.store<key_value_store>(row % all.count()).put(view(key_of(row)), view(value));
    }
    static std::optional<bytes_view> get(stores_of_application& all, std::size_t row) {
        return all.store<key_value_store>(row % all.count()).get(view(key_of(row)));
    }
};

struct window_rows {
    static store_spec spec(const std::string& name) {
        return {.name = name,
                .kind = window_kind{.size = std::chrono::minutes(1), .retention = std::chrono::hours(100)}};
    }
    static void put(stores_of_application& all, std::size_t row, const std::string& value) {
        all.store<window_store>(row % all.count()).put(view(key_of(row)), view(value), window_of(row));
    }
    static std::optional<bytes_view> get(stores_of_application& all, std::size_t row) {
        return all.store<window_store>(row % all.count()).fetch(view(key_of(row)), window_of(row));
    }
};

} // namespace

TEST_CASE("two hundred idle stores take less than 100 MB") {
    const std::size_t before = resident("VmRSS");
    stores_of_application all(256 * mib);
    for (int store = 0; store < 200; ++store) all.open({.name = "store " + std::to_string(store)}, "0_0");
    INFO("stores take " << (resident("VmRSS") - before) / mib << " MB");
    CHECK(resident("VmRSS") - before < 100 * mib);
    CHECK(all.reserved() <= 64 * mib);
}

TEMPLATE_TEST_CASE("a state ten times as large as the memory stays within it, and is all there", "", key_value_rows,
                   window_rows) {
    stores_of_application all(memory_bytes);
    for (std::size_t partition = 0; partition < tasks; ++partition)
        for (std::size_t store = 0; store < stores_of_task; ++store)
            all.open(TestType::spec("store " + std::to_string(store)), "0_" + std::to_string(partition));
    const std::size_t opened = resident("VmRSS");
    std::size_t missing = 0;
    for (std::size_t row = 0; row < row_count; ++row) {
        TestType::put(all, row, value_of(row));
        if (row % 4 == 3) { // one that was put long ago
            const std::size_t old = row * 7 % (row + 1) / 2;
            const auto found = TestType::get(all, old);
            missing += !found || found->text() != value_of(old);
        }
        if (row % 1'000 == 999) all.turned();
    }
    INFO("with all stores open " << opened / mib << " MB, at most " << resident("VmHWM") / mib << ", now "
                                 << resident("VmRSS") / mib << " MB, of which " << all.reserved() / mib
                                 << " are reserved and " << all.held() / mib << " held, after " << all.commits()
                                 << " commits");
    CHECK(missing == 0);
    CHECK(all.commits() > 1);
    CHECK(all.reserved() <= memory_bytes);
    CHECK(resident("VmHWM") <= memory_bytes + beside(memory_bytes));
    // What is reserved says what is there.
    CHECK(all.held() <= memory_bytes + memory_bytes / 5);
    CHECK(resident("VmRSS") <= all.reserved() + beside(memory_bytes));
}
