#include "src/topology/topic_expression.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string_view>
#include <vector>

namespace streams::inline v0 {
namespace {

/// std::regex parses and matches recursively: as deep as the expression is long, its repetitions written out.
constexpr std::size_t longest_expression = 2000;

/// The largest number of `{n,m}`, where `braces` begins behind the brace.
std::size_t most_repetitions(std::string_view braces) {
    std::size_t most = 1;
    for (std::size_t at = 0; at < braces.size(); ++at) {
        std::size_t number = 0;
        const auto [end, error] = std::from_chars(braces.data() + at, braces.data() + braces.size(), number);
        if (error == std::errc::invalid_argument) continue;
        most = std::max(most, error == std::errc{} ? number : longest_expression + 1);
        at = static_cast<std::size_t>(end - braces.data());
    }
    return most;
}

/// The characters of a pattern, its repetitions written out; where they are more than longest_expression, any such number.
std::size_t written_out(std::string_view pattern) {
    struct group {
        std::size_t size = 0;
        std::size_t last = 0; ///< of `size`, what a repetition that comes next repeats
    };
    std::vector<group> open(1);
    const auto add = [&](std::size_t size) {
        open.back().size += size;
        open.back().last = size;
    };
    const auto repeat = [&](std::size_t times) {
        open.back().size += open.back().last * (times - 1);
        open.back().last *= times;
    };
    for (std::size_t at = 0; at < pattern.size() && open.back().size <= longest_expression; ++at) {
        const std::size_t end = pattern[at] == '[' ? pattern.find(']', at) : pattern.find('}', at);
        switch (pattern[at]) {
        case '\\':
            ++at;
            add(2);
            break;
        case '(':
            open.emplace_back();
            break;
        case ')':
            if (open.size() > 1) {
                const std::size_t size = open.back().size + 2;
                open.pop_back();
                add(size);
            }
            break;
        case '[':
            add(std::min(end, pattern.size()) - at);
            at = std::min(end, pattern.size());
            break;
        case '{':
            repeat(most_repetitions(pattern.substr(at + 1, end - at - 1)));
            at = std::min(end, pattern.size());
            break;
        default:
            add(1);
        }
    }
    std::size_t size = 0;
    for (const group& each : open) size += each.size;
    return std::max(size, pattern.size());
}

} // namespace

topic_expression::topic_expression(const std::string& pattern) {
    if (written_out(pattern) > longest_expression)
        throw topology_error(
            concat("topic pattern ", pattern.substr(0, 100), pattern.size() > 100 ? "..." : "", " has more than ",
                   longest_expression,
                   " characters, with its repetitions written out: matching it could take more stack than "
                   "a thread has; make it shorter, or name the topics"));
    try {
        // Polynomial: as deep as the expression, not times the length of the name, and no pattern takes for ever.
        compiled_.assign(pattern, std::regex::ECMAScript | std::regex_constants::__polynomial);
    } catch (const std::regex_error& cause) {
        throw topology_error(concat("topic pattern ", pattern,
                                    " is no regular expression: ", std::string_view(cause.what()),
                                    "; use ECMAScript's grammar without references back"));
    }
}

} // namespace streams::inline v0
