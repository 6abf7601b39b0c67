#pragma once

#include "state/windows/queried_times.hpp"
#include "state/windows/segmented_cursors.hpp"
#include "state/windows/segmented_store.hpp"
#include "state/windows/session_layout.hpp"

#include <streams/state/session_store.hpp>

#include <string>

namespace streams::inline v0 {

/// A session store, in memory or with RocksDB below, all segments in one map.
class tiered_session_store final : public session_store, public segmented_store<session_layout> {
public:
    tiered_session_store(const store_spec& spec, const store_environment& environment);

    [[nodiscard]] std::string_view name() const noexcept override { return spec_.name; }
    [[nodiscard]] bool persistent() const noexcept override { return spec_.persistent; }
    [[nodiscard]] bool keeps_headers() const noexcept override { return spec_.keeps_headers(); }
    [[nodiscard]] bool forward_on_flush(flush_listener& listener, bool with_old_values) override {
        return map_.forward_on_flush(listener, with_old_values);
    }

    [[nodiscard]] std::optional<bytes_view> fetch(bytes_view key, window session) override;
    void put(bytes_view key, std::optional<bytes_view> value, window session) override;
    [[nodiscard]] store_range<session_entry> find(bytes_view key, std::int64_t earliest_end, std::int64_t latest_start,
                                                  iteration_order direction) override;
    void find_into(bytes_view key, std::int64_t earliest_end, std::int64_t latest_start,
                   std::vector<session_entry>& found) override;
    [[nodiscard]] store_range<session_entry> find_range(std::optional<bytes_view> first, std::optional<bytes_view> last,
                                                        std::int64_t earliest_end, std::int64_t latest_start,
                                                        iteration_order direction) override;
    [[nodiscard]] store_range<session_entry> ended(std::int64_t from, std::int64_t to) override;

    [[nodiscard]] state_store& store() noexcept override { return *this; }
    [[nodiscard]] std::optional<store_answer> ask(const store_question& question, isolation_level seen) override;

private:
    /// Where the newest end is `observed`.
    [[nodiscard]] std::int64_t oldest_readable_at(std::int64_t observed) const;
    [[nodiscard]] time_span readable(std::int64_t from, std::int64_t to, std::int64_t observed) const {
        return {std::max(from, oldest_readable_at(observed)), std::min(to, observed)};
    }
    [[nodiscard]] time_span readable(std::int64_t from, std::int64_t to) {
        return readable(from, to, map_.position().observed);
    }
    [[nodiscard]] time_span live(std::int64_t from, std::int64_t to);
    void restore_one(const record_view& record) override;

    bool reads_expired_;
};

} // namespace streams::inline v0
