#pragma once

#include <rocksdb/listener.h>

#include <atomic>

namespace streams::inline v0 {

/// Whether the work that a database does in the background fails at present. RocksDB itself only counts failures, those too that
/// are long over. Thread-safe.
class rocksdb_background final : public rocksdb::EventListener {
public:
    [[nodiscard]] bool fails() const noexcept {
        return merges_fail_.load(std::memory_order_relaxed) || writes_fail_.load(std::memory_order_relaxed);
    }

    [[nodiscard]] const char* Name() const override { return "streams.background"; }
    void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status*) override {
        auto& fails = reason == rocksdb::BackgroundErrorReason::kCompaction ? merges_fail_ : writes_fail_;
        fails.store(true, std::memory_order_relaxed);
    }
    void OnCompactionCompleted(rocksdb::DB*, const rocksdb::CompactionJobInfo& merged) override {
        if (merged.status.ok()) merges_fail_.store(false, std::memory_order_relaxed);
    }
    void OnFlushCompleted(rocksdb::DB*, const rocksdb::FlushJobInfo&) override {
        writes_fail_.store(false, std::memory_order_relaxed);
    }

private:
    std::atomic<bool> merges_fail_{false}; ///< since the last one that did not
    std::atomic<bool> writes_fail_{false}; ///< the same of memtables
};

} // namespace streams::inline v0
