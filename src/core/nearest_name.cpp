#include "src/core/nearest_name.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace streams::inline v0 {

namespace {

/// How many single-character edits lead from one text to the other.
std::size_t edit_distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = i;
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t substituted = diagonal + (from[i] == to[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j] + 1, diagonal + 1, substituted});
        }
    }
    return row.back();
}

} // namespace

std::string_view nearest_of(std::string_view name, std::span<const std::string_view> candidates) {
    std::string_view best;
    // Further away than that, it is another word.
    std::size_t least = std::max<std::size_t>(2, name.size() / 4) + 1;
    for (const auto candidate : candidates) {
        const std::size_t distance = edit_distance(name, candidate);
        if (distance < least) {
            least = distance;
            best = candidate;
        }
    }
    return best;
}

} // namespace streams::inline v0
