#include "src/core/pem.hpp"

#include <algorithm>

namespace streams::inline v0 {

namespace {

constexpr std::size_t longest_line = 64;
constexpr std::string_view dashes = "-----";

/// Takes `-----BEGIN ...-----` or `-----END ...-----` off the front of `rest`; empty where there is none.
std::string_view take_boundary(std::string_view& rest, std::string_view beginning) {
    if (!rest.starts_with(beginning)) return {};
    const auto end = rest.find(dashes, beginning.size());
    if (end == std::string_view::npos) return {};
    const auto boundary = rest.substr(0, end + dashes.size());
    rest.remove_prefix(boundary.size());
    return boundary;
}

} // namespace

std::string pem_in_lines(std::string_view text) {
    if (text.find('\n') != std::string_view::npos) return std::string(text);
    std::string lines;
    for (auto rest = text;;) {
        const auto begin = rest.find("-----BEGIN ");
        if (begin == std::string_view::npos) break;
        rest.remove_prefix(begin);
        const auto header = take_boundary(rest, "-----BEGIN ");
        const auto end = rest.find("-----END ");
        if (header.empty() || end == std::string_view::npos) return std::string(text);
        std::string body(rest.substr(0, end));
        rest.remove_prefix(end);
        const auto footer = take_boundary(rest, "-----END ");
        if (footer.empty()) return std::string(text);
        std::erase_if(body, [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
        lines.append(header) += '\n';
        for (std::size_t at = 0; at < body.size(); at += longest_line) lines.append(body, at, longest_line) += '\n';
        lines.append(footer) += '\n';
    }
    return lines.empty() ? std::string(text) : lines;
}

} // namespace streams::inline v0
