#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

/// Answers each line of standard input with one of standard output, on a thread of its own, until the input or this object ends.
class answered_lines {
public:
    /// What `answer` throws is printed.
    explicit answered_lines(std::function<std::string(const std::string&)> answer);
    ~answered_lines();
    answered_lines(const answered_lines&) = delete;
    answered_lines& operator=(const answered_lines&) = delete;

private:
    void run();
    void print_answer(const std::string& line) const;

    std::function<std::string(const std::string&)> answer_;
    std::atomic<bool> ended_{false};
    std::thread thread_;
};
