#include "src/server/http_listener.hpp"

#include "src/core/listen_address.hpp"

#include <streams/core/error.hpp>

#include <httplib.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace streams::inline v0 {
namespace {

/// Set while an acceptor hands over a connection that there is no room for.
thread_local bool refusing = false;

constexpr std::string_view refusal =
    "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 40\r\n\r\n"
    "too many connections at once; try later\n";

/// Connections that were not accepted yet: while the acceptor does not run.
constexpr int backlog = 128;

/// Between two looks whether the listener ends.
constexpr std::int64_t slice_ms = 100;

/// A connection that has a limit of time and of bytes as a whole: who sends or takes a byte now and then holds nothing up.
class limited_stream final : public httplib::Stream {
public:
    limited_stream(socket_t socket, const execution& time, const http_limits& limits, const std::atomic<bool>& stopping)
        : socket_(socket), time_(time), left_(limits.request_bytes), ends_(time.steady_ms() + limits.longest_ms),
          stopping_(stopping) {}

    [[nodiscard]] bool is_readable() const override { return await(POLLIN); }
    [[nodiscard]] bool is_writable() const override { return await(POLLOUT); }
    ssize_t read(char* to, std::size_t size) override {
        // One byte at a time is how lines are read: from what lies here.
        if (read_ == filled_) {
            if (left_ == 0 || !await(POLLIN)) return -1;
            const auto got = ::recv(socket_, buffer_.data(), std::min(left_, buffer_.size()), 0);
            if (got <= 0) return got;
            read_ = 0;
            filled_ = static_cast<std::size_t>(got);
            left_ -= filled_;
        }
        const std::size_t taken = std::min(size, filled_ - read_);
        std::memcpy(to, buffer_.data() + read_, taken);
        read_ += taken;
        return static_cast<ssize_t>(taken);
    }
    ssize_t write(const char* from, std::size_t size) override {
        return await(POLLOUT) ? ::send(socket_, from, size, MSG_NOSIGNAL | MSG_DONTWAIT) : -1;
    }
    void get_remote_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
    void get_local_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
    [[nodiscard]] socket_t socket() const override { return socket_; }

private:
    [[nodiscard]] bool await(short event) const {
        while (!stopping_.load(std::memory_order_relaxed)) {
            const std::int64_t left = ends_ - time_.steady_ms();
            if (left <= 0) return false;
            pollfd awaited{.fd = socket_, .events = event, .revents = 0};
            const int found = ::poll(&awaited, 1, static_cast<int>(std::min(left, slice_ms)));
            if (found > 0) return true;
            if (found < 0 && errno != EINTR) return false;
        }
        return false;
    }

    const socket_t socket_;
    const execution& time_;
    std::size_t left_; ///< bytes that may be read
    const std::int64_t ends_;
    const std::atomic<bool>& stopping_;
    std::array<char, memory::http_read> buffer_;
    std::size_t read_ = 0;
    std::size_t filled_ = 0;
};

/// So many workers, for so many connections and no more.
class limited_queue final : public httplib::ThreadPool {
public:
    explicit limited_queue(const http_limits& limits) : ThreadPool(limits.workers), most_(limits.connections) {}

    void enqueue(std::function<void()> connection) override {
        if (open_.load() >= most_) {
            refusing = true;
            connection();
            refusing = false;
            return;
        }
        ++open_;
        ThreadPool::enqueue([this, connection = std::move(connection)] {
            connection();
            --open_;
        });
    }

private:
    const std::size_t most_;
    std::atomic<std::size_t> open_{0};
};

/// What was sent and not read is taken first: with it in the way, a close resets the connection, and the answer may be lost.
void finish(socket_t socket, std::size_t most) noexcept {
    ::shutdown(socket, SHUT_WR);
    std::array<char, memory::http_read> unread;
    for (std::size_t taken = 0; taken < most;) {
        const auto got = ::recv(socket, unread.data(), unread.size(), MSG_DONTWAIT);
        if (got <= 0) break;
        taken += static_cast<std::size_t>(got);
    }
    ::close(socket);
}

void answer_with(httplib::Response& response, const http_answer& answer) {
    response.status = answer.status;
    response.set_content(answer.content, answer.type);
}

void answer_failure(httplib::Response& response, const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& cause) {
        answer_with(response, {.status = 500, .content = concat("this cannot be answered: ", cause.what(), '\n')});
    } catch (...) {
        answer_with(response, {.status = 500, .content = "this cannot be answered\n"});
    }
}

/// Without SO_REUSEPORT, which httplib asks for by itself, and with which two processes may listen on one port.
void set_options(socket_t socket) {
    const int yes = 1;
    static_cast<void>(::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)));
}

} // namespace

class http_listener::server final : public httplib::Server {
public:
    server(http_routes routes, const execution& time, const http_limits& limits)
        : routes_(std::move(routes)), time_(time), limits_(limits) {
        new_task_queue = [this] { return new limited_queue(limits_); };
        set_socket_options(set_options);
        set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
            route(request, response);
            return HandlerResponse::Handled;
        });
    }

    /// Has more than httplib's five connections wait to be accepted: others are tried again by their clients, a second later.
    void widen_backlog() noexcept { static_cast<void>(::listen(svr_sock_, backlog)); }
    void cut_off() noexcept { stopping_ = true; }

private:
    void route(const httplib::Request& request, httplib::Response& response) const {
        if (request.method != "GET" && request.method != "HEAD") {
            response.set_header("Allow", "GET, HEAD");
            return answer_with(response, {.status = 405, .content = "only GET and HEAD are answered\n"});
        }
        const auto found = routes_.find(request.path);
        if (found == routes_.end()) {
            std::string paths;
            for (const auto& [path, answers] : routes_) paths += ' ' + path;
            return answer_with(response, {.status = 404, .content = concat("nothing is here; there is", paths, '\n')});
        }
        try {
            answer_with(response, found->second());
        } catch (...) {
            answer_failure(response, std::current_exception());
        }
    }

    bool process_and_close_socket(socket_t socket) override {
        bool answered = false;
        if (refusing) {
            static_cast<void>(::send(socket, refusal.data(), refusal.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
        } else {
            limited_stream stream(socket, time_, limits_, stopping_);
            bool closed = false;
            answered = process_request(stream, true, closed, nullptr);
        }
        finish(socket, limits_.request_bytes);
        return answered;
    }

    const http_routes routes_;
    const execution& time_;
    const http_limits limits_;
    std::atomic<bool> stopping_{false};
};

http_listener::http_listener(const host_info& address, http_routes routes, execution& time, http_limits limits)
    : server_(std::make_unique<server>(std::move(routes), time, limits)), port_(address.port) {
    errno = 0;
    if (port_ == 0)
        port_ = server_->bind_to_any_port(address.host);
    else if (!server_->bind_to_port(address.host, port_))
        port_ = -1;
    if (port_ < 0) {
        const std::string cause = errno != 0 ? std::strerror(errno) : "no address of this machine has that name";
        throw config_error(
            concat(to_string(address), " cannot be listened on: ", cause, "; give another port, or end what has it"));
    }
    server_->widen_backlog();
    accepts_ = time.start_thread("http-" + std::to_string(port_), [this] { server_->listen_after_bind(); });
    while (!server_->is_running()) time.sleep(std::chrono::milliseconds(1)); // only then can it be stopped
}

http_listener::~http_listener() {
    server_->cut_off();
    server_->stop();
    accepts_->join();
}

} // namespace streams::inline v0
