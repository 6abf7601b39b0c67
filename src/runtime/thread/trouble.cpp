#include "src/runtime/thread/trouble.hpp"

#include <algorithm>

namespace streams::inline v0 {

bool trouble::failed(std::int64_t now, std::span<const position> read, bool other_work) {
    if (runs_since_ && now - *runs_since_ >= longest_) end();
    runs_since_.reset();
    for (const position& each : read) {
        const auto known = std::ranges::find(undone_, each.input, &position::input);
        if (known == undone_.end())
            undone_.push_back(each);
        else
            known->offset = std::max(known->offset, each.offset);
    }
    other_work_ |= other_work;
    if (since_) return false;
    since_ = now;
    return true;
}

void trouble::committed(std::int64_t now, bool worked, const std::function<bool(const position&)>& done) {
    if (!since_) return;
    if (worked) other_work_ = false;
    std::erase_if(undone_, done);
    if (undone_.empty() && !other_work_) return end();
    if (!runs_since_) runs_since_ = now;
}

void trouble::end() noexcept {
    since_.reset();
    runs_since_.reset();
    undone_.clear();
    other_work_ = false;
}

} // namespace streams::inline v0
