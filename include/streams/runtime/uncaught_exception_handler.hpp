#pragma once

#include <exception>
#include <functional>

namespace streams::inline v0 {

/// What becomes of an application of which a thread has failed (Kafka's `StreamThreadExceptionResponse`).
enum class thread_exception_response {
    /// The thread closes its tasks without committing, and another takes its place and begins at the last commit: at once,
    /// or after a pause of 1 s, 2 s, 4 s, 60 s at most, where it fails again within a minute. Of the thread of global stores,
    /// and of an application that is ending, it is `shutdown_client`.
    replace_thread,
    shutdown_client,      ///< this instance ends in `error`, its other threads with a last commit
    shutdown_application, ///< all instances of the application do that
};

/// Asked about what no retry helps, and no other handler answers for: on the thread that failed, before it closes its tasks;
/// on several at once perhaps. What was thrown in the first place may be nested (`std::rethrow_if_nested`). May close the
/// application. Where it throws, the answer is `shutdown_client` (Kafka's `StreamsUncaughtExceptionHandler`, KIP-671).
using uncaught_exception_handler = std::function<thread_exception_response(const std::exception&)>;

} // namespace streams::inline v0
