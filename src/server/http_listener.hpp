#pragma once

#include "src/core/memory_limits.hpp"

#include <streams/core/execution.hpp>
#include <streams/core/host_info.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace streams::inline v0 {

struct http_answer {
    int status = 200;
    std::string type = "text/plain; charset=utf-8"; ///< of the content
    std::string content{};
};

/// By path: what answers a GET, on a thread of the listener's, several at once. What it throws is told with status 500.
using http_routes = std::map<std::string, std::function<http_answer()>>;

/// What one listener lets others have of this process. The stream threads notice nothing of it.
struct http_limits {
    std::size_t workers = 2;      ///< requests that are answered at once
    std::size_t connections = 32; ///< being answered, or waiting for it; who comes then is refused with status 503
    std::size_t request_bytes = memory::http_request; ///< that are read of a connection
    std::int64_t longest_ms = 5'000; ///< that a connection may take, from when a worker has it; then it is cut off
};

/// Answers HTTP requests for as long as it lives, one a connection.
class http_listener {
public:
    /// `port` 0: one that is free. Throws config_error where nothing can listen there. `time` outlives it.
    http_listener(const host_info& address, http_routes routes, execution& time, http_limits limits = {});
    /// Cuts off what is not answered yet.
    ~http_listener();
    http_listener(const http_listener&) = delete;
    http_listener& operator=(const http_listener&) = delete;

    /// On which it listens.
    [[nodiscard]] std::int32_t port() const noexcept { return port_; }

private:
    class server;

    std::unique_ptr<server> server_;
    std::int32_t port_ = 0;
    std::unique_ptr<execution::thread> accepts_;
};

} // namespace streams::inline v0
