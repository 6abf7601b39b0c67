#include "answered_lines.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <exception>
#include <utility>

namespace {

constexpr int look_ms = 100; ///< how late it sees that it is to end

} // namespace

answered_lines::answered_lines(std::function<std::string(const std::string&)> answer)
    : answer_(std::move(answer)), thread_([this] { run(); }) {}

answered_lines::~answered_lines() {
    ended_ = true;
    thread_.join();
}

void answered_lines::run() {
    std::string read;
    std::array<char, 4096> buffer{};
    while (!ended_) {
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (::poll(&input, 1, look_ms) <= 0) continue;
        const auto size = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (size <= 0) return;
        read.append(buffer.data(), static_cast<std::size_t>(size));
        for (auto end = read.find('\n'); end != std::string::npos; end = read.find('\n')) {
            print_answer(read.substr(0, end));
            read.erase(0, end + 1);
        }
    }
}

void answered_lines::print_answer(const std::string& line) const {
    std::string answer;
    try {
        answer = answer_(line);
    } catch (const std::exception& cause) {
        answer = cause.what();
    }
    std::printf("%s: %s\n", line.c_str(), answer.c_str());
}
