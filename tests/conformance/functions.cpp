#include "functions.hpp"

#include <algorithm>
#include <stdexcept>

namespace conformance {

namespace {

bool is_null(const cell& value) { return std::holds_alternative<std::monostate>(value); }
const std::string& text_of(const cell& value) { return std::get<std::string>(value); }
std::int64_t number_of(const cell& value) { return std::get<std::int64_t>(value); }

[[noreturn]] void unknown(const char* use, const function& f) {
    throw std::runtime_error("unknown " + std::string(use) + " function " + f.name);
}

std::vector<std::string> words(const std::string& line) {
    std::vector<std::string> out;
    for (std::size_t from = 0; from <= line.size();) {
        const std::size_t to = std::min(line.find(' ', from), line.size());
        if (to > from) out.push_back(line.substr(from, to - from));
        from = to + 1;
    }
    return out;
}

std::string upper(std::string in) {
    // The vectors' texts are ASCII where a case exists.
    std::ranges::transform(in, in.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return in;
}

std::size_t characters(const std::string& utf8) {
    // Java counts UTF-16 units: one for each code point, two for those of four bytes.
    std::size_t units = 0;
    for (const char c : utf8) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xc0) != 0x80) units += byte >= 0xf0 ? 2 : 1;
    }
    return units;
}

std::string first_character(const std::string& utf8) {
    std::size_t size = utf8.empty() ? 0 : 1;
    while (size < utf8.size() && (static_cast<unsigned char>(utf8[size]) & 0xc0) == 0x80) ++size;
    return utf8.substr(0, size);
}

} // namespace

function function::parse(const std::string& written) {
    const std::size_t colon = written.find(':');
    if (colon == std::string::npos) return {written, {}};
    return {written.substr(0, colon), written.substr(colon + 1)};
}

std::string printed(const cell& value) {
    if (is_null(value)) return "null";
    if (const auto* n = std::get_if<std::int64_t>(&value)) return std::to_string(*n);
    return text_of(value);
}

bool predicate(const function& f, const cell& key, const cell& value) {
    if (f.name == "key_eq") return printed(key) == f.argument;
    if (f.name == "value_not_null") return !is_null(value);
    if (is_null(value)) return false;
    if (f.name == "value_contains") return printed(value).find(f.argument) != std::string::npos;
    if (f.name == "length_gt") return static_cast<std::int64_t>(characters(printed(value))) > f.number();
    if (f.name == "value_gt") return number_of(value) > f.number();
    if (f.name == "value_even") return number_of(value) % 2 == 0;
    unknown("predicate", f);
}

cell new_value(const function& f, const cell& key, const cell& value) {
    if (f.name == "identity") return value;
    if (f.name == "prepend_key") return printed(key) + ":" + printed(value);
    if (is_null(value)) return {};
    if (f.name == "upper") return upper(text_of(value));
    if (f.name == "append") return text_of(value) + f.argument;
    if (f.name == "length") return static_cast<std::int64_t>(characters(printed(value)));
    if (f.name == "to_string") return printed(value);
    if (f.name == "add") return number_of(value) + f.number();
    if (f.name == "mul") return number_of(value) * f.number();
    if (f.name == "null_if_contains") return printed(value).find(f.argument) != std::string::npos ? cell() : value;
    if (f.name == "null_if_gt") return number_of(value) > f.number() ? cell() : value;
    unknown("value", f);
}

cell new_key(const function& f, const cell& key, const cell& value) {
    if (f.name == "identity") return key;
    if (f.name == "value") return is_null(value) ? cell() : cell(printed(value));
    if (f.name == "const") return f.argument;
    if (f.name == "prefix") return f.argument + printed(key);
    if (f.name == "before_colon") {
        const std::size_t colon = printed(value).find(':');
        return colon == std::string::npos ? cell() : cell(printed(value).substr(0, colon));
    }
    const cell& of = f.name == "key_first_char" ? key : value;
    if (f.name == "first_char" || f.name == "key_first_char") {
        if (is_null(of) || printed(of).empty()) return {};
        return first_character(printed(of));
    }
    unknown("key", f);
}

std::vector<std::pair<cell, cell>> flattened(const function& f, const cell& key, const cell& value) {
    std::vector<std::pair<cell, cell>> out;
    if (is_null(value)) return out;
    if (f.name == "split") {
        for (const std::string& word : words(text_of(value))) out.emplace_back(word, word);
    } else if (f.name == "repeat") {
        out.assign(static_cast<std::size_t>(f.number()), {key, value});
    } else {
        unknown("flat", f);
    }
    return out;
}

cell joined(const function& f, const cell& left, const cell& right) {
    if (f.name == "null_if_right_contains") {
        if (!is_null(right) && printed(right).find(f.argument) != std::string::npos) return {};
    } else if (f.name != "concat") {
        unknown("join", f);
    }
    return printed(left) + "+" + printed(right);
}

cell initial(const function& f) {
    if (f.name == "sum" || f.name == "subtract") return std::int64_t{0};
    return std::string();
}

cell aggregated(const function& f, const cell& key, const cell& value, const cell& aggregate) {
    if (f.name == "sum") return number_of(aggregate) + (is_null(value) ? 0 : number_of(value));
    if (f.name == "subtract") return number_of(aggregate) - (is_null(value) ? 0 : number_of(value));
    if (f.name == "concat") return text_of(aggregate) + "+" + printed(value);
    if (f.name == "minus") return text_of(aggregate) + "-" + printed(value);
    if (f.name == "concat_key") return text_of(aggregate) + "+" + printed(key) + "=" + printed(value);
    if (f.name == "null_if_long") {
        std::string all = text_of(aggregate) + "+" + printed(value);
        if (static_cast<std::int64_t>(characters(all)) > f.number()) return {};
        return all;
    }
    unknown("aggregate", f);
}

cell merged(const function& f, const cell& one, const cell& other) {
    if (f.name == "sum" || f.name == "subtract") return number_of(one) + number_of(other);
    return text_of(one) + "|" + text_of(other);
}

cell reduced(const function& f, const cell& aggregate, const cell& value) {
    if (f.name == "last") return value;
    if (f.name == "concat") return printed(aggregate) + "+" + printed(value);
    if (f.name == "minus") return printed(aggregate) + "-" + printed(value);
    if (is_null(value)) return aggregate;
    if (f.name == "sum") return number_of(aggregate) + number_of(value);
    if (f.name == "subtract") return number_of(aggregate) - number_of(value);
    if (f.name == "max") return std::max(number_of(aggregate), number_of(value));
    unknown("reduce", f);
}

} // namespace conformance
