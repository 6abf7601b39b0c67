#include "src/embedded/partition_log.hpp"

#include "src/embedded/file.hpp"

#include <streams/core/saturation.hpp>

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace streams::inline v0::embedded {

namespace {

template <class Visit>
void for_each_frame(const segment& in, const memory_block& memory, Visit&& visit) {
    const auto limit = in.published();
    for (std::size_t position = 0; position < limit;) {
        const auto at = read_frame(memory.data() + position);
        if (!at.has(frame_flag::segment_end)) visit(at);
        position += at.size;
    }
}

/// Which records stay: the newest of each key, of tombstones those whose time has not come, and all behind the stable end.
/// What was aborted goes.
class survivors {
public:
    survivors(std::int64_t now, std::int64_t delete_retention_ms, std::int64_t stable_end,
              std::vector<aborted_range> aborted)
        : now_(now), horizon_(detail::add_sat(now, delete_retention_ms)), stable_end_(stable_end),
          aborted_(std::move(aborted)) {}

    void see(const frame& one) {
        if (one.key && one.offset < stable_end_ && !is_aborted(one, aborted_)) newest_[one.key->text()] = one.offset;
    }
    [[nodiscard]] bool keeps(const frame& one) const {
        if (one.offset >= stable_end_) return true;
        if (is_aborted(one, aborted_)) return false;
        if (!one.key) return one.has(frame_flag::control);
        if (newest_.at(one.key->text()) != one.offset) return false;
        return one.value || one.delete_horizon < 0 || one.delete_horizon > now_;
    }
    [[nodiscard]] bool changes(const frame& one) const { return !keeps(one) || first_seen_tombstone(one); }
    [[nodiscard]] frame_source rewritten(const frame& one) const {
        constexpr auto carried =
            static_cast<unsigned>(frame_flag::transactional) | static_cast<unsigned>(frame_flag::control);
        return {.offset = one.offset,
                .timestamp = one.timestamp,
                .key = one.key,
                .value = one.value,
                .encoded_headers = one.encoded_headers,
                .producer = one.producer,
                .delete_horizon = first_seen_tombstone(one) ? horizon_ : one.delete_horizon,
                .flags = static_cast<std::uint16_t>(one.flags & carried)};
    }

private:
    [[nodiscard]] bool first_seen_tombstone(const frame& one) const {
        return one.key && !one.value && one.delete_horizon < 0 && one.offset < stable_end_;
    }

    absl::flat_hash_map<std::string_view, std::int64_t> newest_; ///< keys are views into the pinned segments
    std::int64_t now_;
    std::int64_t horizon_;
    std::int64_t stable_end_;
    std::vector<aborted_range> aborted_;
};

/// The same segment with less in it; null: nothing is left. A file is replaced in one step.
std::shared_ptr<segment> rewrite(const segment& old, const memory_block& memory, const survivors& kept,
                                 std::int64_t end) {
    std::size_t size = 0;
    for_each_frame(old, memory, [&](const frame& one) {
        if (kept.keeps(one)) size += frame_size(kept.rewritten(one));
    });
    if (size == 0) return nullptr;
    const auto unfinished = old.file().empty() ? old.file() : std::filesystem::path(old.file()).concat(".compacting");
    auto made = segment::create(old.base(), size + frame_fixed_size, unfinished);
    for_each_frame(old, memory, [&](const frame& one) {
        if (!kept.keeps(one)) return;
        const auto record = kept.rewritten(one);
        (void)made->append(record, frame_size(record)); // it was made to fit
    });
    made->finish(end);
    if (unfinished.empty()) return made;
    std::filesystem::rename(unfinished, old.file());
    return segment::complete(old.base(), old.file());
}

} // namespace

void partition_log::compact() {
    const std::lock_guard one_at_a_time(compaction_mutex_);
    segments complete;
    {
        const std::lock_guard lock(mutex_);
        if (segments_.back()->published() > 0) roll(end(), 0);
        complete.assign(segments_.begin(), segments_.end() - 1);
    }
    std::vector<std::shared_ptr<memory_block>> pinned;
    // Ranges that end later than this are of records behind the stable end then.
    const auto stable = stable_end();
    survivors kept(time_.wall_ms(), settings_.delete_retention_ms, stable, aborted_from(start()));
    for (const auto& one : complete) {
        pinned.push_back(one->pin());
        for_each_frame(*one, *pinned.back(), [&](const frame& record) { kept.see(record); });
    }
    for (std::size_t at = 0; at < complete.size(); ++at) {
        bool changes = false;
        for_each_frame(*complete[at], *pinned[at],
                       [&](const frame& record) { changes = changes || kept.changes(record); });
        if (!changes) continue;
        const auto end = at + 1 < complete.size() ? complete[at + 1]->base() : complete[at]->end();
        replace(complete[at], rewrite(*complete[at], *pinned[at], kept, end));
    }
}

void partition_log::replace(const std::shared_ptr<segment>& old, std::shared_ptr<segment> by) {
    const std::lock_guard lock(mutex_);
    const auto at = std::find(segments_.begin(), segments_.end(), old);
    const auto path = old->file();
    if (at == segments_.end()) { // deleted meanwhile
        if (by && !path.empty()) std::filesystem::remove(path);
    } else if (by) {
        *at = std::move(by);
    } else {
        segments_.erase(at);
        if (!path.empty()) std::filesystem::remove(path);
    }
}

} // namespace streams::inline v0::embedded
