#include "src/runtime/tasks/record_failure.hpp"

#include "src/runtime/tasks/task_errors.hpp"

#include <streams/core/error.hpp>

#include <new>

namespace streams::inline v0 {
namespace {

std::string place_of(const unprocessable_record& failed) {
    if (failed.metadata.offset < 0) return concat("a punctuation at ", failed.timestamp, " ms");
    return concat("topic ", failed.metadata.topic, " partition ", failed.metadata.partition, " offset ",
                  failed.metadata.offset);
}

/// REQUIRES: called in a catch clause.
std::string message_at_hand() {
    try {
        throw;
    } catch (const std::exception& thrown) {
        return thrown.what();
    } catch (...) {
        return "an exception that is no std::exception";
    }
}

} // namespace

std::string describe(const record_metadata& metadata) {
    if (metadata.offset < 0) return "what a punctuation forwarded";
    return concat("record ", metadata.offset, " of ", metadata.topic, '-', metadata.partition);
}

void throw_undecodable(task_id task, std::string_view node, const record_metadata& at, const std::exception& cause) {
    std::throw_with_nested(serialization_error(
        concat(task_name(task), " stopped at topic ", at.topic, " partition ", at.partition, " offset ", at.offset,
               ": source ", node, " cannot decode the record: ", cause.what(),
               "; repair what writes the topic or the serde that reads it, or set deserialization.exception.handler "
               "to one that answers resume, which drops such records")));
}

void throw_untimed(task_id task, std::string_view node, const record_metadata& at, const std::exception& cause) {
    std::throw_with_nested(
        streams_error(concat(task_name(task), " stopped at topic ", at.topic, " partition ", at.partition, " offset ",
                             at.offset, ": the timestamp extractor of source ", node, " threw: ", cause.what())));
}

void throw_unanswerable(kept_failure& kept) {
    try {
        throw;
    } catch (const task_error&) {
        kept.keep();
    } catch (const failed_processing_error&) {
        kept.keep();
    } catch (const state_error&) {
        kept.keep();
    } catch (const std::bad_alloc&) {
        kept.keep();
    } catch (...) { // for a handler
    }
    kept.rethrow();
}

void throw_unprocessable(const unprocessable_record& failed, const std::exception& cause, std::string_view remedy) {
    std::throw_with_nested(failed_processing_error(concat(
        task_name(failed.task), " stopped at ", place_of(failed), ": node ", failed.node, " threw: ", cause.what(),
        "; repair the processing code, or set ", remedy, ", which drops such records")));
}

void throw_failed_handler(const unprocessable_record& failed) {
    std::throw_with_nested(failed_processing_error(
        concat(task_name(failed.task), " stopped at ", place_of(failed), ": node ", failed.node,
               " threw, and so did the processing exception handler that was asked about it: ", message_at_hand(),
               "; a handler must answer")));
}

void throw_failed_handler(const unwritable_record& failed, const std::exception& cause) {
    std::throw_with_nested(failed_processing_error(
        concat(task_name(failed.task), " stopped at a record for topic ", failed.output.topic, ": ", cause.what(),
               "; the production exception handler that was asked about it threw: ", message_at_hand(),
               "; a handler must answer")));
}

void throw_failed_handler(const undecodable_record& failed, const std::exception& cause) {
    std::throw_with_nested(failed_processing_error(concat(
        task_name(failed.task), " stopped at topic ", failed.metadata.topic, " partition ", failed.metadata.partition,
        " offset ", failed.metadata.offset, ": source ", failed.node, " cannot decode the record: ", cause.what(),
        "; the deserialization exception handler that was asked about it threw: ", message_at_hand(),
        "; a handler must answer")));
}

void throw_unserialized(const unwritable_record& failed, const std::exception& cause) {
    std::throw_with_nested(serialization_error(
        concat("the ", failed.step == production_step::serializing_key ? "key" : "value", " of a record for topic ",
               failed.output.topic, " cannot be serialized: ", cause.what(),
               "; a production.exception.handler that answers resume drops such records")));
}

void throw_failed_task(task_id task, std::string_view doing, const std::exception& cause) {
    std::throw_with_nested(streams_error(
        concat(task_name(task), " stopped while it ", doing, ": ", cause.what(), "; repair the processing code")));
}

} // namespace streams::inline v0
