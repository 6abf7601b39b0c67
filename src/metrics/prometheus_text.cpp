#include <streams/metrics/prometheus_text.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <string_view>
#include <vector>

namespace streams::inline v0 {
namespace {

/// The MBean domain of a group, as the JMX exporter puts it in front.
std::string domain_of(const metric& of) {
    return of.group.starts_with("consumer-") ? "kafka_consumer_" : "kafka_streams_";
}

std::string with_underscores(std::string_view name) {
    std::string text(name);
    std::ranges::replace_if(text, [](char c) { return c == '-' || c == '.'; }, '_');
    return text;
}

std::string without_ending(std::string name, std::string_view ending) {
    if (name.ends_with(ending)) name.resize(name.size() - ending.size());
    return name;
}

std::string family_of(const metric& of) {
    auto name = domain_of(of) + with_underscores(of.group) + '_' + with_underscores(of.name);
    if (of.kind == metric_kind::counter) return without_ending(std::move(name), "_total") + "_total";
    return without_ending(without_ending(std::move(name), "_total"), "_count");
}

void append_escaped(std::string& out, std::string_view text, bool quoted) {
    for (const char c : text) {
        if (c == '\\' || (quoted && c == '"')) out += '\\';
        if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
}

void append_number(std::string& out, double number) {
    if (std::isnan(number)) {
        out += "NaN";
    } else if (std::isinf(number)) {
        out += number > 0 ? "+Inf" : "-Inf";
    } else {
        std::array<char, 32> digits;
        out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
    }
}

void append_label(std::string& out, char separator, std::string_view name, std::string_view value) {
    out += separator;
    out += with_underscores(name);
    out += "=\"";
    append_escaped(out, value, true);
    out += '"';
}

void append_sample(std::string& out, std::string_view family, const metric& of) {
    out += family;
    char separator = '{';
    for (const auto& [name, value] : of.labels) {
        append_label(out, separator, name, value);
        separator = ',';
    }
    const auto* const text = std::get_if<std::string>(&of.value);
    if (text != nullptr) {
        append_label(out, separator, "value", *text);
        separator = ',';
    }
    out += separator == ',' ? "} " : " ";
    append_number(out, text != nullptr ? 1 : std::get<double>(of.value));
    out += '\n';
}

} // namespace

std::string prometheus_text(std::span<const metric> metrics) {
    std::map<std::string, std::vector<const metric*>> families;
    for (const metric& each : metrics) families[family_of(each)].push_back(&each);
    std::string out;
    for (const auto& [family, samples] : families) {
        out += "# HELP " + family + ' ';
        append_escaped(out, samples.front()->description, false);
        out += "\n# TYPE " + family + (samples.front()->kind == metric_kind::counter ? " counter\n" : " gauge\n");
        for (const metric* each : samples) append_sample(out, family, *each);
    }
    return out;
}

} // namespace streams::inline v0
