#include "src/runtime/global/global_stores.hpp"

#include <streams/core/error.hpp>

#include <mutex>
#include <utility>
#include <vector>

namespace streams::inline v0 {
namespace {

class copied_entries final : public store_cursor<store_entry> {
public:
    explicit copied_entries(std::shared_ptr<query_memory> memory) : memory_(std::move(memory)) {}
    void add(const store_entry& copied) {
        memory_.add_anyway(sizeof entries_.front() + copied.key.size() + copied.value.size());
        entries_.emplace_back(copied.key, copied.value);
    }
    std::optional<store_entry> next() override {
        if (at_ == entries_.size()) return std::nullopt;
        const auto& [key, value] = entries_[at_++];
        return store_entry{key.view(), value.view()};
    }

private:
    copied_bytes memory_;
    std::vector<std::pair<bytes, bytes>> entries_;
    std::size_t at_ = 0;
};

} // namespace

std::optional<bytes_view> global_store_reader::get(bytes_view key) {
    const std::lock_guard lock(guard_);
    const auto found = keeping_failure(&failure_, [&] { return store_.get(key); });
    if (!found) return std::nullopt;
    value_.assign(*found);
    return value_.view();
}

void global_store_reader::put(bytes_view, std::optional<bytes_view>) {
    throw streams_error(concat("global store ", name(),
                               " cannot be written by a task: every instance fills it from its "
                               "topic; write to that topic instead"));
}

template <class Read>
store_range<store_entry> global_store_reader::copied(Read read) {
    auto copies = std::make_unique<copied_entries>(memory_);
    keeping_failure(&failure_, [&] {
        const std::lock_guard lock(guard_);
        for (const store_entry& each : read()) copies->add(each);
    });
    return store_range<store_entry>(std::move(copies));
}

store_range<store_entry> global_store_reader::range(std::optional<bytes_view> from, std::optional<bytes_view> to,
                                                    iteration_order direction) {
    return copied([&] { return store_.range(from, to, direction); });
}

store_range<store_entry> global_store_reader::prefix_scan(bytes_view prefix) {
    return copied([&] { return store_.prefix_scan(prefix); });
}

std::uint64_t global_store_reader::approximate_num_entries() {
    const std::lock_guard lock(guard_);
    return store_.approximate_num_entries();
}

} // namespace streams::inline v0
