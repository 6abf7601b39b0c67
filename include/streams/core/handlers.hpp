#pragma once

#include <streams/core/headers.hpp>
#include <streams/core/record.hpp>
#include <streams/core/task_id.hpp>

#include <exception>
#include <functional>
#include <string_view>

namespace streams::inline v0 {

/// What an exception handler decides about one record.
enum class handler_response {
    fail,   ///< stop: nothing is committed past the record
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

/// A record that a node threw at, or a punctuation that threw (Kafka's `ErrorHandlerContext`, KIP-1033). Only the node that
/// threw is answered for: where the record is dropped there, the node's siblings get it all the same, and what the node had
/// forwarded by then stays forwarded. Borrowed for the call.
struct unprocessable_record {
    task_id task;
    std::string_view node;           ///< the one that threw
    record_metadata metadata;        ///< of the input record that it goes back to; a punctuation's has offset -1
    std::int64_t timestamp;          ///< of the record as the node got it, ms; the time of a punctuation
    const streams::headers& headers; ///< of the record as the node got it
    const record_view* record;       ///< the input record as it was read; null where it is not at hand any more: in a
                                     ///< punctuation, and for what left a cache or a buffer
};
/// Is not asked about errors that are no fault of the record: those of the cluster and of the state.
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
