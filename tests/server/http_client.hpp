#pragma once

#include <array>
#include <cstdint>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace streams::testing_support {

/// A connection to a port of this machine.
class http_client {
public:
    explicit http_client(std::int32_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        const timeval limit{.tv_sec = 20, .tv_usec = 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    }
    ~http_client() { ::close(socket_); }
    http_client(const http_client&) = delete;
    http_client& operator=(const http_client&) = delete;

    [[nodiscard]] bool connected() const noexcept { return connected_; }
    /// False: the other end has closed.
    bool send(std::string_view text) {
        while (!text.empty()) {
            const auto sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    /// All that comes until the other end closes.
    std::string receive() {
        std::string all;
        std::array<char, 4096> some;
        for (;;) {
            const auto got = ::recv(socket_, some.data(), some.size(), 0);
            if (got <= 0) return all;
            all.append(some.data(), static_cast<std::size_t>(got));
        }
    }

private:
    int socket_;
    bool connected_ = false;
};

inline std::string http_get(std::int32_t port, const std::string& path, const std::string& method = "GET",
                            const std::string& headers = {}) {
    http_client client(port);
    client.send(method + ' ' + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
    return client.receive();
}

} // namespace streams::testing_support
