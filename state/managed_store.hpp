#pragma once

#include "state/changelog_sink.hpp"
#include "state/disk/corrupt_state_error.hpp"
#include "state/disk/state_disk.hpp"
#include "state/kept_failure.hpp"
#include "state/store_memory.hpp"

#include <streams/core/clock.hpp>
#include <streams/core/isolation_level.hpp>
#include <streams/state/query/store_question.hpp>
#include <streams/state/state_store.hpp>
#include <streams/state/store_spec.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

namespace streams::inline v0 {

/// What a store needs of its task. The references outlive the store.
struct store_environment {
    std::filesystem::path directory; ///< the task's own; persistent stores live in a folder below, named as the store
    const record_context& current;   ///< the record that is being processed
    store_memory& memory;            ///< of the application
    changelog_sink* changelog;       ///< null: no changelog
    std::int64_t cache_bytes = 0;    ///< this store's share; 0: every update is forwarded by its node
    const clock* time = nullptr;     ///< for the cadence of writes to disk; null: the machine's
    state_disk* disk = nullptr;      ///< that `directory` is on; null: the machine's
    bool in_transactions = false;    ///< what is flushed and rolled back was aborted too, and nobody has heard of it
    kept_failure* failure = nullptr; ///< of the task, for what fails where its nodes call; null: nobody asks

    /// What the store has on disk, opened or made, as state_disk::open does; null where it is in memory only.
    [[nodiscard]] std::unique_ptr<backing> open_backing(const store_spec& spec) const;
};

/// The side of a store that its task drives. An update is *dirty* until `flush` drains it to the changelog, *drained*
/// until `committed` says that its changelog records and the input offsets are safe, and reaches the disk only then,
/// in one batch with the changelog offset that it covers. After a crash the store stands at a known offset.
class managed_store {
public:
    virtual ~managed_store() = default;

    /// The store as nodes see it.
    [[nodiscard]] virtual state_store& store() noexcept = 0;
    /// The last changelog offset that the content on disk covers; nullopt: none, restore from the beginning.
    [[nodiscard]] virtual std::optional<std::int64_t> checkpoint() const = 0;
    /// A time at which the changelog had no record behind the checkpoint, ms of the wall clock: what is there now was
    /// written later. nullopt: none is known. It lies on disk beside the checkpoint.
    [[nodiscard]] virtual std::optional<std::int64_t> caught_up_at() const = 0;
    /// Whether it was opened with rows, and no checkpoint says how much of its changelog they are: they are of another topic, or of
    /// a time without one.
    [[nodiscard]] virtual bool has_unplaced_rows() const = 0;

    /// Applies changelog records, in order; goes past caching and changelog. Throws foreign_changelog_error for a record
    /// that no such store writes.
    virtual void restore(std::span<const record_view> records) = 0;
    /// All is restored up to and including `offset` (nullopt: the changelog is empty): written to disk with it.
    virtual void restored(std::optional<std::int64_t> offset) = 0;
    /// Whether to restore no more until the disk has put in order what it was given, as it does by itself.
    [[nodiscard]] virtual bool disk_lags() const { return false; }
    /// A standby has all of its changelog up to and including `offset`, and nothing lay behind that at `at`, ms of the wall
    /// clock: written to disk where that is due. Called now and then while it follows.
    virtual void caught_up(std::int64_t offset, std::int64_t at) = 0;

    /// Forwards what is cached, then drains dirty updates to the changelog. What it forwards may dirty any store of the
    /// task, this one too.
    virtual void flush() = 0;
    /// Whether `flush` forwards: the store caches, and a node listens.
    [[nodiscard]] virtual bool forwards() const noexcept = 0;
    /// Whether updates wait for `flush`.
    [[nodiscard]] virtual bool dirty() const noexcept = 0;
    /// What was drained is committed. `offset`: of the store's last changelog record that was acknowledged; nullopt
    /// where none was ever written or there is no changelog.
    virtual void committed(std::optional<std::int64_t> offset) = 0;
    /// Drops what is dirty or drained, as if it had never been written.
    virtual void rollback() = 0;
    /// Writes what is committed to disk and closes; dirty and drained updates are dropped. Where it throws, it is closed all the
    /// same, and others may open or remove what is on disk. Safe to call twice.
    virtual void close() = 0;
    /// Gives back what the memory budget asks for.
    virtual void give_back() = 0;
    /// How many bytes of updates wait to be forwarded from now on; more leave with the next one. A store that was opened
    /// without a cache has none.
    virtual void resize_cache(std::int64_t bytes) = 0;
    /// Answers a query of who is no node of the task; nullopt: a store of its kind has no answer to that. Called between
    /// records, as all else; what is handed out may be read on any thread.
    [[nodiscard]] virtual std::optional<store_answer> ask(const store_question& question, isolation_level seen) = 0;
    /// Bytes of memory held, by capacity.
    [[nodiscard]] virtual std::size_t memory_bytes() const = 0;
    /// Bytes of keys and values that are dirty or drained (`statestore.uncommitted.max.bytes` bounds them).
    [[nodiscard]] virtual std::size_t uncommitted_bytes() const { return 0; }
};

/// Makes and opens a store. Throws state_error where the disk refuses, incompatible_state_error where others have written it,
/// and corrupt_state_error where its content is damaged or laid out otherwise.
[[nodiscard]] std::unique_ptr<managed_store> make_store(const store_spec& spec, const store_environment& environment);

} // namespace streams::inline v0
