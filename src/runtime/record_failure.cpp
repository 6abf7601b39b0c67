#include "src/runtime/record_failure.hpp"

#include <streams/core/error.hpp>

namespace streams::inline v0 {

std::string describe(const record_metadata& of) {
    return concat("record ", of.offset, " of ", of.topic, '-', of.partition);
}

void throw_undecodable(task_id task, std::string_view node, const record_metadata& at, const std::exception& cause) {
    std::throw_with_nested(serialization_error(
        concat("task ", to_string(task), " stopped at topic ", at.topic, " partition ", at.partition, " offset ",
               at.offset, ": source ", node, " cannot decode the record: ", cause.what(),
               "; repair what writes the topic or the serde that reads it, or set deserialization.exception.handler "
               "to one that answers resume, which drops such records")));
}

void throw_untimed(task_id task, std::string_view node, const record_metadata& at, const std::exception& cause) {
    std::throw_with_nested(streams_error(concat("task ", to_string(task), " stopped at topic ", at.topic, " partition ",
                                                at.partition, " offset ", at.offset, ": the timestamp extractor of source ",
                                                node, " threw: ", cause.what())));
}

void throw_unprocessable(task_id task, const record_metadata& at, const std::exception& cause) {
    std::throw_with_nested(streams_error(
        concat("task ", to_string(task), " stopped at topic ", at.topic, " partition ", at.partition, " offset ",
               at.offset, ": processing the record threw: ", cause.what(),
               "; repair the processing code, or set processing.exception.handler to one that answers resume, which "
               "drops such records")));
}

void throw_failed_task(task_id task, std::string_view doing, const std::exception& cause) {
    std::throw_with_nested(streams_error(concat("task ", to_string(task), " stopped while it ", doing, ": ",
                                                cause.what(), "; repair the processing code")));
}

} // namespace streams::inline v0
