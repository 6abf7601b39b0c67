#pragma once

#include "state/map/tiered_map.hpp"
#include "state/versions/put_log.hpp"
#include "state/versions/version_layout.hpp"
#include "state/versions/version_row.hpp"

#include <streams/state/versioned_store.hpp>

#include <set>
#include <string>
#include <utility>

namespace streams::inline v0 {

/// A versioned store, in memory or with RocksDB below: the latest versions and the rows of all segments in one map
/// (Kafka's `RocksDBVersionedStore`). The changelog gets the puts themselves, `key`, `value` and time, from which a
/// restore rebuilds the rows.
class tiered_versioned_store final : public versioned_store, public managed_store {
public:
    tiered_versioned_store(const store_spec& spec, const store_environment& environment);

    [[nodiscard]] std::string_view name() const noexcept override { return spec_.name; }
    [[nodiscard]] bool persistent() const noexcept override { return spec_.persistent; }
    [[nodiscard]] bool forward_on_flush(flush_listener&, bool) override { return false; }

    [[nodiscard]] std::optional<versioned_record> get(bytes_view key) override;
    [[nodiscard]] std::optional<versioned_record> get(bytes_view key, std::int64_t as_of) override;
    version_put put(bytes_view key, std::optional<bytes_view> value, std::int64_t timestamp) override;

    [[nodiscard]] state_store& store() noexcept override { return *this; }
    [[nodiscard]] std::optional<std::int64_t> checkpoint() const override { return map_.checkpoint_offset(); }
    [[nodiscard]] std::optional<std::int64_t> caught_up_at() const override { return map_.caught_up_at(); }
    [[nodiscard]] bool has_unplaced_rows() const override { return map_.has_unplaced_rows(); }
    void restore(std::span<const record_view> records) override;
    void restored(std::optional<std::int64_t> offset) override;
    [[nodiscard]] bool disk_lags() const override { return map_.disk_lags(); }
    void caught_up(std::int64_t offset, std::int64_t at) override { map_.caught_up(offset, at); }
    void flush() override;
    [[nodiscard]] bool forwards() const noexcept override { return false; }
    [[nodiscard]] bool dirty() const noexcept override { return map_.dirty() || log_.dirty() || owes_correction(); }
    void committed(std::optional<std::int64_t> offset) override;
    void rollback() override;
    void close() override;
    void give_back() override { map_.give_back(); }
    void resize_cache(std::int64_t) override {} // never cached
    [[nodiscard]] std::optional<store_answer> ask(const store_question& question, isolation_level seen) override;
    [[nodiscard]] std::size_t memory_bytes() const override {
        return map_.memory_bytes() + log_.memory_bytes() + revoked_.size() * 2 * sizeof(revoked_put);
    }
    [[nodiscard]] std::size_t uncommitted_bytes() const override {
        return map_.uncommitted_bytes() + log_.pending_bytes();
    }

private:
    using revoked_put = std::pair<bytes, std::int64_t>; ///< key and time of a put that was rolled back
    struct one_put {
        bytes_view key;
        version_row::version version;
    };

    [[nodiscard]] std::optional<bytes_view> read(std::int64_t segment, bytes_view key);
    void write(std::int64_t segment, bytes_view key, std::optional<bytes_view> value);
    [[nodiscard]] bool is_live(std::int64_t segment) { return segment >= layout_.oldest_live_segment(observed()); }
    [[nodiscard]] std::int64_t observed() { return map_.position().observed; }

    /// By `read(segment)`, what the key has there; nullopt: nothing.
    template <class Read>
    [[nodiscard]] std::optional<versioned_record> version_at(Read read, std::int64_t as_of, std::int64_t observed);
    [[nodiscard]] found_rows history(const history_question& asked, isolation_level seen);

    version_put apply(const one_put& put);
    void replace_latest(const one_put& put, std::int64_t latest_from, bytes_view latest);
    version_put put_into_row(const one_put& put, std::int64_t segment, bytes_view row);
    version_put put_latest(const one_put& put);
    version_put put_before(const one_put& put, std::int64_t next);
    void move_to_older(bytes_view key, version_row::version version, std::int64_t to);
    void put_latest_value(bytes_view key, const version_row::version& version);
    void expire(std::int64_t observed);
    [[nodiscard]] bool owes_correction() const noexcept { return !corrected_ && !revoked_.empty(); }
    void correct_changelog();

    store_spec spec_;
    version_layout layout_;
    changelog_sink* changelog_;
    kept_failure* failure_;
    tiered_map map_;
    put_log log_;
    bool in_transactions_;          ///< what is rolled back was aborted, and the changelog has nothing of it
    std::set<revoked_put> revoked_; ///< those that the changelog has
    bool corrected_ = false; ///< they were followed by what the store has; they are forgotten with the next commit
    bool restoring_ = false;
    std::int64_t expired_segment_ = 0;
    version_row row_;
    version_row older_row_;
    bytes key_;
    bytes moved_;
    bytes latest_;
};

} // namespace streams::inline v0
