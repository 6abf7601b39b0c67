#include "src/core/bootstrap_servers.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <string>

namespace streams::inline v0 {

namespace {

constexpr std::array<std::string_view, 4> protocols{"PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"};

/// One broker of the list, as written.
class entry {
public:
    entry(std::string_view list, std::string_view text) : list_(list), text_(text) {}

    void check(std::string_view security_protocol) const {
        if (text_.empty()) refuse("an entry is empty", "remove the comma too many");
        auto address = text_;
        if (const auto end = text_.find("://"); end != text_.npos) {
            check_scheme(text_.substr(0, end), security_protocol);
            address.remove_prefix(end + 3);
        }
        const auto blank = [](unsigned char c) { return std::isspace(c) != 0; };
        if (std::ranges::any_of(address, blank)) refuse("has a space in it", "put a comma between brokers");
        if (address.find('/') != address.npos) refuse("has a path", "write HOST:PORT without one");
        check_port(address, check_host(address));
    }

private:
    [[noreturn]] void refuse(std::string_view cause, std::string_view remedy) const {
        throw config_error(concat("bootstrap.servers is \"", list_, "\", where ", text_.empty() ? "" : "\"", text_,
                                  text_.empty() ? "" : "\" ", cause, "; ", remedy));
    }

    void check_scheme(std::string_view scheme, std::string_view security_protocol) const {
        std::string name(scheme);
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
        if (std::ranges::find(protocols, name) == protocols.end())
            refuse(concat("begins with ", scheme, "://, which is no protocol of Kafka's"),
                   "write HOST:PORT, and set security.protocol for TLS or SASL");
        if (name != security_protocol)
            refuse(concat("asks for ", name, " while security.protocol is ", security_protocol),
                   concat("set security.protocol=", name));
    }

    /// Where the host ends: at the colon before the port.
    [[nodiscard]] std::size_t check_host(std::string_view address) const {
        const bool ipv6 = address.starts_with('[');
        const auto end = ipv6 ? address.find(']') + 1 : address.find(':');
        if (ipv6 && end == 0) refuse("has no ] behind its address", "write [ADDRESS]:PORT");
        if (!ipv6 && end != address.npos && address.find(':', end + 1) != address.npos)
            refuse("has several colons", "write an IPv6 address as [ADDRESS]:PORT, and commas between brokers");
        const auto host = address.substr(0, end);
        if (host.empty()) refuse("has no host", "write HOST:PORT");
        const auto legal = [&](unsigned char c) {
            return std::isalnum(c) || c == '.' || c == '-' || c == '_' ||
                   (ipv6 && (c == ':' || c == '%' || c == '[' || c == ']'));
        };
        if (!std::ranges::all_of(host, legal) || host == "[]") refuse("has no legal host", "write HOST:PORT");
        return host.size();
    }

    void check_port(std::string_view address, std::size_t host_size) const {
        if (host_size == address.size() || address[host_size] != ':')
            refuse("has no port", "write HOST:PORT; brokers mostly listen on 9092");
        const auto text = address.substr(host_size + 1);
        std::uint32_t port = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
        if (error != std::errc{} || end != text.data() + text.size() || port < 1 || port > 65535)
            refuse(concat("has the port \"", text, '"'), "a port is a number from 1 to 65535");
    }

    std::string_view list_;
    std::string_view text_;
};

std::string_view without_spaces_around(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

} // namespace

void check_bootstrap_servers(std::string_view servers, std::string_view security_protocol) {
    if (without_spaces_around(servers).empty())
        throw config_error(
            "bootstrap.servers is not set: it says where the cluster is; set it to HOST:PORT[,HOST:PORT...]");
    for (auto rest = servers;;) {
        const auto end = std::min(rest.find(','), rest.size());
        entry(servers, without_spaces_around(rest.substr(0, end))).check(security_protocol);
        if (end == rest.size()) return;
        rest.remove_prefix(end + 1);
    }
}

} // namespace streams::inline v0
