#include "catch.hpp"

#include "state/disk/backing.hpp"
#include "state/disk/corrupt_state_error.hpp"
#include "state/disk/state_disk.hpp"
#include "state/kept_failure.hpp"
#include "state/store_under_test.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>

using namespace streams;

namespace {

std::string thrown_by(const kept_failure& kept) {
    try {
        kept.rethrow();
    } catch (const std::exception& failure) {
        return failure.what();
    }
    return "nothing";
}

/// Has entries, and reads none of them.
class unreadable final : public backing {
public:
    [[nodiscard]] store_position position() const override { return {}; }
    [[nodiscard]] bool opened_empty() const override { return false; }
    [[nodiscard]] bool get(bytes_view, bytes&) override { throw state_error("the disk is gone"); }
    void write(std::span<const backing_write>, std::optional<bytes_view>, const store_position&) override {}
    void ingest(std::span<const backing_write>, std::optional<bytes_view>, const store_position&) override {}
    [[nodiscard]] std::size_t least_ingest() const noexcept override { return 1; }
    [[nodiscard]] bool lags() const override { return false; }
    [[nodiscard]] std::unique_ptr<store_cursor<store_entry>> cursor(key_span, iteration_order) override {
        struct broken final : store_cursor<store_entry> {
            std::optional<store_entry> next() override { throw corrupt_state_error("rows", "a block is damaged"); }
        };
        return std::make_unique<broken>();
    }
    [[nodiscard]] std::uint64_t approximate_num_entries() override { return 1; }
    void flush(bool) override {}
    [[nodiscard]] std::size_t memory_bytes() const override { return 0; }
};

class unreadable_disk final : public state_disk {
public:
    [[nodiscard]] std::unique_ptr<backing> open(const std::filesystem::path&, const store_identity&,
                                                store_memory&) override {
        return std::make_unique<unreadable>();
    }
    void remove(const std::filesystem::path&, std::error_code&) override {}
};

/// What is kept of a call of a store whose disk fails, and whose failure is caught.
std::string kept_of(store_kind kind, const std::function<void(state_store&)>& call) {
    unreadable_disk disk;
    state_test::test_memory memory(0);
    kept_failure kept;
    headers none;
    const record_context current{{}, 0, &none};
    const auto store = make_store({.name = "rows", .kind = std::move(kind), .caching = false}, {.directory = "nowhere",
                                                                                                .current = current,
                                                                                                .memory = memory.stores,
                                                                                                .changelog = nullptr,
                                                                                                .disk = &disk,
                                                                                                .failure = &kept});
    CHECK_THROWS_AS(call(store->store()), state_error);
    return thrown_by(kept);
}

const bytes_view key{std::string_view("k")};

} // namespace

TEST_CASE("the first failure that is kept is thrown as often as it is asked for, until it is forgotten") {
    kept_failure kept;
    CHECK(thrown_by(kept) == "nothing");
    for (const char* reason : {"the first", "the second"}) {
        try {
            throw std::runtime_error(reason);
        } catch (...) {
            kept.keep();
        }
    }
    CHECK(thrown_by(kept) == "the first");
    CHECK(thrown_by(kept) == "the first");
    kept.forget();
    CHECK(thrown_by(kept) == "nothing");
}

TEST_CASE("what disk and memory refuse is kept, and an error of who calls is not") {
    kept_failure kept;
    CHECK_THROWS_AS(keeping_failure(&kept, [] { throw streams_error("a value without a timestamp"); }), streams_error);
    CHECK(thrown_by(kept) == "nothing");
    CHECK_THROWS_AS(keeping_failure(&kept, [] { throw std::bad_alloc(); }), std::bad_alloc);
    CHECK(thrown_by(kept) != "nothing");
    CHECK_THROWS_AS(keeping_failure(nullptr, [] { throw state_error("nobody asks"); }), state_error);
}

TEST_CASE("a store keeps what its disk refuses, whoever catches it: a look-up, a range, a version") {
    const key_value_kind rows{.timestamped = false};
    CHECK(kept_of(rows, [](state_store& store) { (void)dynamic_cast<key_value_store&>(store).get(key); }) ==
          "the disk is gone");
    CHECK(kept_of(rows, [](state_store& store) {
              auto all = dynamic_cast<key_value_store&>(store).all();
              (void)all.begin();
          }) == "a block is damaged");
    CHECK(kept_of(versioned_kind{}, [](state_store& store) { (void)dynamic_cast<versioned_store&>(store).get(key); }) ==
          "the disk is gone");
}
