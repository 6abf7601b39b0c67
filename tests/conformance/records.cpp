#include "records.hpp"

namespace conformance {

namespace {

using maybe_bytes = std::optional<streams::bytes>;

maybe_bytes from_hex(const json& hex) {
    if (hex.is_null()) return std::nullopt;
    const auto digits = hex.get<std::string>();
    streams::bytes out;
    for (std::size_t at = 0; at < digits.size(); at += 2)
        out.push_back(static_cast<std::byte>(std::stoi(digits.substr(at, 2), nullptr, 16)));
    return out;
}

streams::headers headers_from(const json& record) {
    streams::headers out;
    const auto at = record.find("headers");
    if (at == record.end() || at->is_null()) return out;
    for (const json& one : *at) {
        if (one.is_array())
            out.add(one.at(0).get<std::string>(), from_hex(one.at(1)));
        else
            out.add(one.at("key").get<std::string>(), from_hex(one.at("value")));
    }
    return out;
}

} // namespace

std::string to_hex(const maybe_bytes& of) {
    if (!of) return "null";
    std::string out;
    for (const std::byte b : of->view()) {
        constexpr auto digits = "0123456789abcdef";
        out += digits[std::to_integer<int>(b) >> 4];
        out += digits[std::to_integer<int>(b) & 15];
    }
    return out;
}

raw_test_record record_from(const json& in) {
    raw_test_record out;
    out.key = from_hex(in.at("key"));
    out.value = from_hex(in.at("value"));
    const auto ts = in.find("ts");
    out.timestamp = ts == in.end() || ts->is_null() ? -1 : ts->get<std::int64_t>();
    out.headers = headers_from(in);
    return out;
}

std::string described(const raw_test_record& r) {
    std::string out = "key " + to_hex(r.key) + " value " + to_hex(r.value) + " ts " + std::to_string(r.timestamp);
    for (const auto& header : r.headers) out += " header " + header.key + "=" + to_hex(header.value);
    return out;
}

streams::streams_config config_of(const json& vector) {
    std::map<std::string, std::string> properties{{"application.id", "app"}, {"statestore.cache.max.bytes", "0"}};
    for (const auto& [name, value] : vector.at("config").items()) properties[name] = value.get<std::string>();
    streams::streams_config config = streams::streams_config::from_properties(properties);
    config.outer_join_emit_interval = std::chrono::milliseconds(0); // as when the vectors were captured
    return config;
}

} // namespace conformance
