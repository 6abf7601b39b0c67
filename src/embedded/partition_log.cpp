#include "src/embedded/partition_log.hpp"

#include "src/embedded/file.hpp"

#include <streams/core/error.hpp>
#include <streams/core/log.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

#include <unistd.h>

namespace streams::inline v0::embedded {

namespace {

constexpr std::size_t first_capacity = 64 * 1024;
constexpr std::size_t growth = 4;

std::vector<std::pair<std::int64_t, std::filesystem::path>> segment_files(const std::filesystem::path& folder) {
    std::vector<std::pair<std::int64_t, std::filesystem::path>> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const auto name = entry.path().stem().string();
        std::int64_t base = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), base);
        if (entry.path().extension() == ".log" && error == std::errc{} && end == name.data() + name.size())
            found.emplace_back(base, entry.path());
        else
            std::filesystem::remove(entry.path()); // a compaction that was not finished
    }
    std::sort(found.begin(), found.end());
    return found;
}

} // namespace

bool is_aborted(const frame& record, const std::vector<aborted_range>& ranges) {
    return record.has(frame_flag::transactional) && std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) {
               return range.producer == record.producer.id && range.first <= record.offset &&
                      record.offset < range.last;
           });
}

partition_log::partition_log(topic_partition name, const topic_settings& settings, const clock& time,
                             std::filesystem::path folder, std::int64_t start)
    : name_(std::move(name)), settings_(settings), time_(time), folder_(std::move(folder)), start_(start) {
    if (!folder_.empty()) open_folder();
    if (segments_.empty()) {
        segments_.push_back(make_segment(start, 0));
        end_.store(start, std::memory_order_release);
    }
    move_stable_end();
}

void partition_log::open_folder() {
    std::filesystem::create_directories(folder_);
    auto files = segment_files(folder_);
    if (files.empty()) return;
    const auto largest = static_cast<std::size_t>(settings_.segment_bytes);
    auto last = segment::recover(files.back().first, files.back().second, largest);
    // A segment is finished when the next one exists, so a process killed in between leaves an empty one behind.
    while (last->published() == 0 && files.size() > 1) {
        std::filesystem::remove(files.back().second);
        files.pop_back();
        last = segment::recover(files.back().first, files.back().second, largest);
    }
    for (auto at = files.begin(); at + 1 != files.end(); ++at)
        segments_.push_back(segment::complete(at->first, at->second));
    segments_.push_back(std::move(last));
    start_.store(std::max(start(), files.front().first), std::memory_order_release);
    // Only after a failure of the machine can the end be behind the start: nothing deleted may come back.
    const auto end = std::max(segments_.back()->end(), start());
    end_.store(end, std::memory_order_release);
    if (segments_.back()->is_complete())
        segments_.push_back(make_segment(end, 0));
    else if (end != segments_.back()->end())
        roll(end, 0);
    drop(take_deleted());
}

std::shared_ptr<segment> partition_log::make_segment(std::int64_t base, std::size_t needed) const {
    const auto largest = static_cast<std::size_t>(settings_.segment_bytes);
    const auto grown =
        segments_.empty() ? first_capacity : std::max(first_capacity, segments_.back()->bytes() * growth);
    const auto capacity = std::max(std::min(grown, largest), needed + frame_fixed_size);
    return segment::create(base, capacity, folder_.empty() ? std::filesystem::path{} : segment_file(folder_, base));
}

void partition_log::roll(std::int64_t end, std::size_t needed) {
    auto next = make_segment(end, needed);
    segments_.back()->finish(end);
    segments_.push_back(std::move(next));
}

std::size_t partition_log::bytes() const {
    const std::lock_guard lock(mutex_);
    std::size_t sum = 0;
    for (const auto& one : segments_) sum += one->bytes();
    return sum;
}

void partition_log::refuse_unfit(const frame_source& record, std::size_t size) const {
    if (size > static_cast<std::size_t>(settings_.max_message_bytes))
        throw streams_error(concat(to_string(name_), ": a record of ", size,
                                   " bytes is larger than max.message.bytes (", settings_.max_message_bytes,
                                   "); raise it on the topic or write smaller records"));
    if (settings_.compacted && !record.key)
        throw streams_error(concat(to_string(name_),
                                   ": a record without a key cannot go to a compacted topic; give it a "
                                   "key, or set cleanup.policy=delete"));
}

std::int64_t partition_log::append(frame_source record) {
    const auto size = frame_size(record);
    refuse_unfit(record, size);
    if (settings_.log_append_time) record.timestamp = time_.wall_ms();
    std::vector<std::shared_ptr<signal>> woken;
    segments gone;
    {
        const std::lock_guard lock(mutex_);
        gone = write(record, size);
        constexpr auto transactional = static_cast<unsigned>(frame_flag::transactional);
        if ((record.flags & transactional) != 0) open_.try_emplace(record.producer.id, record.offset);
        move_stable_end();
        if (!waiting_.empty()) woken.swap(waiting_);
    }
    for (const auto& one : woken) one->raise();
    drop(gone);
    return record.offset;
}

partition_log::segments partition_log::write(frame_source& record, std::size_t size) {
    segments gone;
    record.offset = end_.load(std::memory_order_relaxed);
    if (!segments_.back()->append(record, size)) {
        roll(record.offset, size);
        (void)segments_.back()->append(record, size); // made large enough for it
        start_.store(first_retained(), std::memory_order_release);
        gone = take_deleted();
    }
    end_.store(record.offset + 1, std::memory_order_release);
    return gone;
}

void partition_log::move_stable_end() {
    auto stable = end_.load(std::memory_order_relaxed);
    for (const auto& [producer, first] : open_) stable = std::min(stable, first);
    stable_end_.store(stable, std::memory_order_release);
}

aborted_range partition_log::end_transaction(std::int64_t producer, std::int16_t epoch, std::int64_t first,
                                             bool commit) {
    constexpr std::array<std::byte, 1> committed{std::byte{1}};
    constexpr std::array<std::byte, 1> aborted{std::byte{0}};
    constexpr auto marker =
        static_cast<unsigned>(frame_flag::control) | static_cast<unsigned>(frame_flag::transactional);
    frame_source record{.timestamp = time_.wall_ms(),
                        .value = bytes_view(commit ? committed.data() : aborted.data(), 1),
                        .producer = {.id = producer, .epoch = epoch},
                        .flags = static_cast<std::uint16_t>(marker)};
    aborted_range range{.producer = producer, .first = first};
    std::vector<std::shared_ptr<signal>> woken;
    segments gone;
    {
        const std::lock_guard lock(mutex_);
        if (const auto open = open_.find(producer); open != open_.end()) range.first = open->second;
        gone = write(record, frame_size(record));
        range.last = record.offset;
        open_.erase(producer);
        if (!commit) aborted_.push_back(range);
        move_stable_end();
        woken.swap(waiting_);
    }
    for (const auto& one : woken) one->raise();
    drop(gone);
    return range;
}

void partition_log::restore_aborted(const aborted_range& range) {
    const std::lock_guard lock(mutex_);
    aborted_.push_back(range);
}

std::vector<aborted_range> partition_log::aborted_from(std::int64_t offset) const {
    const std::lock_guard lock(mutex_);
    std::vector<aborted_range> found;
    for (const auto& range : aborted_)
        if (range.last >= offset) found.push_back(range);
    return found;
}

void partition_log::delete_before(std::int64_t offset) {
    segments gone;
    {
        const std::lock_guard lock(mutex_);
        if (offset <= start()) return;
        start_.store(offset, std::memory_order_release);
        gone = take_deleted();
    }
    drop(gone);
}

partition_log::segments partition_log::take_deleted() {
    std::size_t count = 0;
    while (count + 1 < segments_.size() && segments_[count + 1]->base() <= start()) ++count;
    const auto kept = segments_.begin() + static_cast<std::ptrdiff_t>(count);
    std::erase_if(aborted_, [&](const aborted_range& range) { return range.last < start(); });
    segments gone(segments_.begin(), kept);
    segments_.erase(segments_.begin(), kept);
    return gone;
}

void partition_log::drop(const segments& gone) {
    for (const auto& one : gone)
        if (!one->file().empty()) std::filesystem::remove(one->file());
}

std::int64_t partition_log::retained_from() {
    const std::lock_guard lock(mutex_);
    return first_retained();
}

std::int64_t partition_log::first_retained() {
    auto from = start();
    if (!settings_.deleted || (settings_.retention_bytes < 0 && settings_.retention_ms < 0)) return from;
    std::size_t sum = 0;
    for (const auto& one : segments_) sum += one->bytes();
    for (std::size_t at = 0; at < segments_.size(); ++at) {
        const bool is_last = at + 1 == segments_.size();
        const auto size = segments_[at]->bytes();
        const bool too_large =
            !is_last && settings_.retention_bytes >= 0 && sum > static_cast<std::size_t>(settings_.retention_bytes);
        const bool too_old = settings_.retention_ms >= 0 && size > 0 &&
                             segments_[at]->max_timestamp() < time_.wall_ms() - settings_.retention_ms;
        if (!too_large && !too_old) break;
        sum -= size;
        from = std::max(from, is_last ? end() : segments_[at + 1]->base());
    }
    return from;
}

partition_log::place partition_log::find(std::int64_t offset) {
    place found;
    {
        const std::lock_guard lock(mutex_);
        auto behind = std::upper_bound(segments_.begin(), segments_.end(), offset,
                                       [](std::int64_t wanted, const auto& one) { return wanted < one->base(); });
        found.in = behind == segments_.begin() ? *behind : *std::prev(behind);
    }
    found.memory = found.in->pin();
    const std::lock_guard lock(mutex_);
    found.position = found.in->position_of(offset, *found.memory);
    return found;
}

partition_log::place partition_log::after(const segment& before) {
    place found;
    {
        const std::lock_guard lock(mutex_);
        found.in = *std::upper_bound(segments_.begin(), segments_.end(), before.base(),
                                     [](std::int64_t base, const auto& one) { return base < one->base(); });
    }
    found.memory = found.in->pin();
    return found;
}

bool partition_log::wake_at_append(const std::shared_ptr<signal>& who, std::int64_t position, bool committed) {
    const std::lock_guard lock(mutex_);
    if ((committed ? stable_end() : end()) > position) return false;
    if (std::find(waiting_.begin(), waiting_.end(), who) == waiting_.end()) waiting_.push_back(who);
    return true;
}

void partition_log::close() {
    const std::lock_guard lock(mutex_);
    const auto& last = *segments_.back();
    if (folder_.empty() || last.is_complete()) return;
    if (::truncate(last.file().c_str(), static_cast<off_t>(last.published())) != 0)
        throw_file_error(last.file(), "shorten", errno);
}

} // namespace streams::inline v0::embedded
