#include "word_count/word_count.hpp"

#include <range/v3/range/conversion.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/split_when.hpp>
#include <range/v3/view/transform.hpp>

#include <cctype>
#include <optional>
#include <string>

namespace {

/// The words of a line, in lower case: a view, made as it is read.
auto words(const std::string& line) {
    namespace views = ranges::views;
    const auto lower = [](unsigned char c) { return static_cast<char>(std::tolower(c)); };
    return line | views::split_when([](unsigned char c) { return c < 0x80 && std::isalnum(c) == 0; }) |
           views::transform([=](auto&& word) { return word | views::transform(lower) | ranges::to<std::string>(); }) |
           views::filter([](const std::string& word) { return !word.empty(); });
}

} // namespace

streams::topology word_count() {
    streams::streams_builder builder;
    builder.stream<std::optional<std::string>, std::string>("lines")
        .flat_map_values(words)
        .group_by([](const std::string& word) { return word; })
        .count()
        .to_stream()
        .to("word_counts");
    return builder.build();
}
