#include <streams/json/json_log.hpp>

#include "src/core/log_time.hpp"

#include <streams/core/error.hpp>
#include <streams/json/json_writer.hpp>

#include <algorithm>
#include <cstdio>

namespace streams::inline v0 {
namespace {

void write_text(bytes& out, std::string_view text) {
    const auto before = out.size();
    try {
        detail::write_json_text(out, text);
    } catch (const serialization_error&) {
        out.resize(before);
        std::string ascii(text);
        std::ranges::replace_if(ascii, [](char each) { return static_cast<unsigned char>(each) > 0x7f; }, '?');
        detail::write_json_text(out, ascii);
    }
}

void write_member(std::string& line, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    bytes text;
    write_text(text, value);
    line += line.empty() ? "{\"" : ",\"";
    line += name;
    line += "\":";
    line.append(reinterpret_cast<const char*>(text.data()), text.size());
}

} // namespace

std::string json_line(const log_entry& entry) {
    std::string line;
    write_member(line, "time", log_time(entry.time));
    write_member(line, "level", to_string(entry.level));
    write_member(line, "application", entry.application);
    write_member(line, "thread", entry.thread);
    if (entry.task) write_member(line, "task", to_string(*entry.task));
    write_member(line, "message", entry.text);
    return line + '}';
}

log_handler json_log(log_level least) {
    return [least](const log_entry& entry) {
        if (entry.level < least) return;
        const std::string line = json_line(entry) + '\n';
        // One call, so that lines of several threads do not mix.
        std::fwrite(line.data(), 1, line.size(), stderr);
    };
}

} // namespace streams::inline v0
