#pragma once

#include <streams/core/record.hpp>
#include <streams/core/task_id.hpp>

#include <exception>
#include <functional>
#include <string_view>

namespace streams::inline v0 {

/// What an exception handler decides about one record.
enum class handler_response {
    fail,     ///< stop: nothing is committed past the record
    resume, ///< drop the record, count it, go on with the next (Kafka's CONTINUE)
};

/// An input record that does not decode (Kafka's `DeserializationExceptionHandler`, KIP-161).
struct undecodable_record {
    task_id task;
    std::string_view node; ///< the source node that read it
    record_metadata metadata;
    const record_view& record;
};

/// Answers for one record; runs on a stream thread, possibly on several at once. Must not throw.
using deserialization_handler = std::function<handler_response(const undecodable_record&, const std::exception&)>;

/// An input record whose processing threw (Kafka's `ProcessingExceptionHandler`, KIP-1033).
struct unprocessable_record {
    task_id task;
    record_metadata metadata;
    const record_view& record;
};
using processing_handler = std::function<handler_response(const unprocessable_record&, const std::exception&)>;

/// Always fails: the default of every handler.
struct fail_on_error {
    template <class Failed>
    handler_response operator()(const Failed&, const std::exception&) const noexcept {
        return handler_response::fail;
    }
};

/// Drops the record and goes on; the drop is counted and logged by the library.
struct resume_on_error {
    template <class Failed>
    handler_response operator()(const Failed&, const std::exception&) const noexcept {
        return handler_response::resume;
    }
};

} // namespace streams::inline v0
