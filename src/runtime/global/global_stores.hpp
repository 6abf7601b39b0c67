#pragma once

#include "src/core/fair_mutex.hpp"
#include "state/kept_failure.hpp"
#include "state/query_memory.hpp"

#include <streams/state/key_value_store.hpp>
#include <streams/state/query/store_question.hpp>

#include <memory>
#include <string_view>
#include <utility>

namespace streams::inline v0 {

/// Where tasks find the global stores of their application. Thread-safe.
class global_stores {
public:
    virtual ~global_stores() = default;
    /// A reader of the store of that name, for one task, whose nodes it keeps failures from; null where there is no such
    /// global store.
    [[nodiscard]] virtual std::unique_ptr<state_store> reader(std::string_view store, kept_failure& of_task) = 0;
    /// Answers a query of a global store with what it holds now; nullopt: it has no answer to that. Throws streams_stopped_error
    /// once they are closed, and state_error where the disk refuses.
    [[nodiscard]] virtual std::optional<store_answer> ask(std::string_view store, const store_question& question) = 0;
};

/// Reads a global store that another thread keeps current: hands out copies, valid until the next call on the same
/// reader. Cannot be written: `put` throws streams_error.
class global_store_reader final : public key_value_store {
public:
    /// All outlive the reader; `guard` is held by whoever calls the store. `memory`: ranges count there, and are handed out
    /// whether there is room or not, since a task has nothing else to do.
    global_store_reader(key_value_store& store, fair_mutex& guard, kept_failure& of_task,
                        std::shared_ptr<query_memory> memory)
        : store_(store), guard_(guard), failure_(of_task), memory_(std::move(memory)) {
        use_serdes(store.serdes());
    }

    [[nodiscard]] std::string_view name() const noexcept override { return store_.name(); }
    [[nodiscard]] bool persistent() const noexcept override { return store_.persistent(); }
    [[nodiscard]] bool timestamped() const noexcept override { return store_.timestamped(); }
    [[nodiscard]] bool keeps_headers() const noexcept override { return store_.keeps_headers(); }
    [[nodiscard]] bool forward_on_flush(flush_listener&, bool) override { return false; }

    [[nodiscard]] std::optional<bytes_view> get(bytes_view key) override;
    void put(bytes_view key, std::optional<bytes_view> value) override;
    [[nodiscard]] store_range<store_entry> range(std::optional<bytes_view> from, std::optional<bytes_view> to,
                                                 iteration_order direction) override;
    [[nodiscard]] store_range<store_entry> prefix_scan(bytes_view prefix) override;
    [[nodiscard]] std::uint64_t approximate_num_entries() override;

private:
    template <class Read>
    [[nodiscard]] store_range<store_entry> copied(Read read);

    key_value_store& store_;
    fair_mutex& guard_;
    kept_failure& failure_;
    std::shared_ptr<query_memory> memory_;
    bytes value_;
};

} // namespace streams::inline v0
