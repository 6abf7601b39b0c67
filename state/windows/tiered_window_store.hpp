#pragma once

#include "state/windows/queried_times.hpp"
#include "state/windows/segmented_cursors.hpp"
#include "state/windows/segmented_store.hpp"
#include "state/windows/window_layout.hpp"

#include <streams/state/window_store.hpp>

#include <string>

namespace streams::inline v0 {

/// A window store, in memory or with RocksDB below, all segments in one map.
class tiered_window_store final : public window_store, public segmented_store<window_layout> {
public:
    tiered_window_store(const store_spec& spec, const store_environment& environment);

    [[nodiscard]] std::string_view name() const noexcept override { return spec_.name; }
    [[nodiscard]] bool persistent() const noexcept override { return spec_.persistent; }
    [[nodiscard]] bool timestamped() const noexcept override { return kind_.timestamped; }
    [[nodiscard]] bool keeps_headers() const noexcept override { return kind_.headers; }
    [[nodiscard]] bool forward_on_flush(flush_listener& listener, bool with_old_values) override {
        return map_.forward_on_flush(listener, with_old_values);
    }

    [[nodiscard]] std::optional<bytes_view> fetch(bytes_view key, std::int64_t start) override;
    void put(bytes_view key, std::optional<bytes_view> value, std::int64_t start) override;
    [[nodiscard]] store_range<window_entry> fetch(bytes_view key, std::int64_t from, std::int64_t to,
                                                  iteration_order direction) override;
    void fetch_into(bytes_view key, std::int64_t from, std::int64_t to, iteration_order direction,
                    std::vector<window_entry>& found) override;
    [[nodiscard]] store_range<window_entry> fetch_range(std::optional<bytes_view> first, std::optional<bytes_view> last,
                                                        std::int64_t from, std::int64_t to,
                                                        iteration_order direction) override;

    [[nodiscard]] std::int64_t oldest_readable() override;
    [[nodiscard]] store_range<window_entry> by_time(std::int64_t from, std::int64_t to) override;

    [[nodiscard]] state_store& store() noexcept override { return *this; }
    [[nodiscard]] std::optional<store_answer> ask(const store_question& question, isolation_level seen) override;

private:
    /// Where the newest start is `observed`.
    [[nodiscard]] std::int64_t oldest_readable_at(std::int64_t observed) const;
    [[nodiscard]] time_span readable(std::int64_t from, std::int64_t to, std::int64_t observed) const {
        return {std::max(from, oldest_readable_at(observed)), std::min(to, observed)};
    }
    [[nodiscard]] time_span readable(std::int64_t from, std::int64_t to) {
        return readable(from, to, map_.position().observed);
    }
    void restore_one(const record_view& record) override;

    window_kind kind_;
};

} // namespace streams::inline v0
