#include "state/query_memory.hpp"

#include <streams/state/query/query_errors.hpp>

namespace streams::inline v0 {
namespace {

/// Copies grow by parts of what they are, so that few of them ask.
constexpr std::size_t growth = 8;

} // namespace

void query_memory::end() noexcept {
    const std::lock_guard lock(mutex_);
    reserved_.reset();
}

bool query_memory::take(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    if (reserved_ && !reserved_->fit_to(used_ + bytes)) {
        static_cast<void>(reserved_->fit_to(used_));
        return false;
    }
    used_ += bytes;
    return true;
}

void query_memory::take_anyway(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    used_ += bytes;
    if (reserved_) static_cast<void>(reserved_->fit_to(used_));
}

void query_memory::give(std::size_t bytes) noexcept {
    const std::lock_guard lock(mutex_);
    used_ -= bytes;
    if (reserved_) static_cast<void>(reserved_->fit_to(used_));
}

void copied_bytes::grow(std::string_view store) {
    const std::size_t missing = used_ - taken_;
    for (const std::size_t more : {missing + used_ / growth, missing})
        if (of_->take(more)) {
            taken_ += more;
            return;
        }
    throw query_memory_error(
        concat("a query of store ", store, " would copy ", used_,
               " bytes or more out of its memory, and queries may have no more beside what they hold "
               "already; ask for fewer entries at a time, let go of ranges that are read, or raise "
               "state.memory.bytes, of which an eighth is for queries"));
}

void copied_bytes::add_anyway(std::size_t bytes) {
    used_ += bytes;
    if (used_ <= taken_) return;
    const std::size_t more = used_ - taken_ + used_ / growth;
    of_->take_anyway(more);
    taken_ += more;
}

} // namespace streams::inline v0
