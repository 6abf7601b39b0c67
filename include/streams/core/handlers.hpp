#pragma once

#include <streams/core/dead_letter.hpp>
#include <streams/core/headers.hpp>
#include <streams/core/record.hpp>
#include <streams/core/task_id.hpp>

#include <exception>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// What an exception handler decides about one record.
enum class handler_response {
    fail,   ///< stop: nothing is committed past the record
    resume, ///< drop the record, count it, go on with the next (Kafka's CONTINUE)
};

/// The answer of a handler: a response, or a response and records to write (Kafka's `Response`):
///
///     return handler_response::resume;
///     return handler_answer{handler_response::resume, dead_letters_of(failed, cause)};
///
/// The records are written before the offset of the input record is committed; exactly once, in its transaction. Where one
/// cannot be written, the application ends: no handler is asked about it. With `fail` they are written too, unless it is
/// exactly once, where they go with the transaction.
struct handler_answer {
    // NOLINTNEXTLINE(google-explicit-constructor): a response alone is an answer
    handler_answer(handler_response decided, std::vector<dead_letter> written = {})
        : response(decided), dead_letters(std::move(written)) {}

    handler_response response;
    std::vector<dead_letter> dead_letters;
};

/// What the production exception handler decides about one record.
enum class production_response {
    fail,
    resume,
    retry, ///< go back to the last commit, and do again what followed; `fail` where no retry helps (KIP-1065). Writes no
           ///< dead letters
};

/// The answer of the production exception handler; see handler_answer.
struct production_answer {
    // NOLINTNEXTLINE(google-explicit-constructor): a response alone is an answer
    production_answer(production_response decided, std::vector<dead_letter> written = {})
        : response(decided), dead_letters(std::move(written)) {}
    // NOLINTNEXTLINE(google-explicit-constructor): so is that of any handler
    production_answer(handler_response decided, std::vector<dead_letter> written = {})
        : production_answer(decided == handler_response::resume ? production_response::resume
                                                                : production_response::fail,
                            std::move(written)) {}

    production_response response;
    std::vector<dead_letter> dead_letters;
};

/// An input record that does not decode (Kafka's `DeserializationExceptionHandler`, KIP-161). Borrowed for the call.
struct undecodable_record {
    task_id task;
    std::string_view node; ///< the source node that read it
    record_metadata metadata;
    const record_view& record;
    std::string_view dead_letter_topic{}; ///< errors.dead.letter.queue.topic.name; empty: none
};

/// Answers for one record; runs on a stream thread, possibly on several at once. Must not throw.
using deserialization_handler = std::function<handler_answer(const undecodable_record&, const std::exception&)>;

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
    std::string_view dead_letter_topic{}; ///< errors.dead.letter.queue.topic.name; empty: none
};
/// Is not asked about errors that are no fault of the record: those of the cluster and of the state.
using processing_handler = std::function<handler_answer(const unprocessable_record&, const std::exception&)>;

/// At which step a record could not be written (Kafka's `SerializationExceptionOrigin`, and none).
enum class production_step {
    serializing_key,
    serializing_value,
    sending, ///< its bytes were refused, or did not arrive
};

/// A record on its way to a topic, as far as it is known. Borrowed.
struct output_record {
    std::string_view topic;
    std::int32_t partition = -1;     ///< -1: it was not placed yet
    std::optional<bytes_view> key;   ///< nullopt: null, or not serialized
    std::optional<bytes_view> value; ///< nullopt: null, or not serialized
    std::int64_t timestamp = -1;     ///< ms since the epoch; -1: not known any more
    const streams::headers& headers;
};

/// A record that could not be written (Kafka's `ProductionExceptionHandler`, KIP-210): its serde refused it, the client or
/// the cluster did, for the record's own sake, or it did not arrive in time. Borrowed for the call.
struct unwritable_record {
    task_id task;
    std::string_view node; ///< the sink that wrote it; empty: it is an update of a store, on its way to the changelog
    record_metadata metadata; ///< of the input record that it goes back to; offset -1: of none, or of several
    const record_view*
        record; ///< the input record as it was read; null where it is not at hand any more, as always when
                ///< it was sent
    production_step step;
    output_record output;
    bool retriable; ///< it may be written another time, so that production_response::retry is an answer
    std::string_view dead_letter_topic{}; ///< errors.dead.letter.queue.topic.name; empty: none
};
/// Is not asked about what is no matter of one record: missing rights, an invalid name of a topic, a producer that was
/// fenced. Where the record was sent already, it is asked when the failure is known, on the same thread. The cluster refuses
/// whole batches: what was refused with others is sent again from the last commit, alone, and asked about where it is refused
/// then.
using production_handler = std::function<production_answer(const unwritable_record&, const std::exception&)>;

/// What Kafka Streams' own handlers write of a failure: one record to `failed.dead_letter_topic`, or none where that is
/// empty. Key and value are those of the input record, null where it is not at hand; timestamp and headers are of the record
/// that failed. Behind its headers stand, as text, `__streams.errors.exception`: the type of what was thrown, `.message`:
/// its what(), `.stacktrace`: both, and those of the exceptions nested in it, a line each, since C++ keeps no trace of a
/// stack; and `.topic`, `.partition` and `.offset` of the input record: null, -1 and -1 where there is none.
[[nodiscard]] std::vector<dead_letter> dead_letters_of(const undecodable_record& failed, const std::exception& cause);
[[nodiscard]] std::vector<dead_letter> dead_letters_of(const unprocessable_record& failed, const std::exception& cause);
[[nodiscard]] std::vector<dead_letter> dead_letters_of(const unwritable_record& failed, const std::exception& cause);

/// Fails, with a dead letter where there is a topic for it: the default of every handler. What was sent and may arrive
/// another time is tried again (Kafka's `LogAndFail...` and `DefaultProductionExceptionHandler`).
struct fail_on_error {
    handler_answer operator()(const undecodable_record& failed, const std::exception& cause) const;
    handler_answer operator()(const unprocessable_record& failed, const std::exception& cause) const;
    production_answer operator()(const unwritable_record& failed, const std::exception& cause) const;
};

/// Drops the record and goes on, with a dead letter where there is a topic for it; the drop is counted and logged by the
/// library. What was sent and may arrive another time is tried again, not dropped.
struct resume_on_error {
    handler_answer operator()(const undecodable_record& failed, const std::exception& cause) const;
    handler_answer operator()(const unprocessable_record& failed, const std::exception& cause) const;
    production_answer operator()(const unwritable_record& failed, const std::exception& cause) const;
};

} // namespace streams::inline v0
