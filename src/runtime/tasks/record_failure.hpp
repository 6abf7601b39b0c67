#pragma once

#include "state/kept_failure.hpp"

#include <streams/core/handlers.hpp>
#include <streams/core/record.hpp>
#include <streams/core/task_id.hpp>

#include <exception>
#include <string>
#include <string_view>

namespace streams::inline v0 {

/// `record 12 of topic-3`, as every message about an input record names it; `what a punctuation forwarded` where there was
/// none.
[[nodiscard]] std::string describe(const record_metadata& metadata);

/// Throws serialization_error for an input record that does not decode, the cause nested.
/// REQUIRES: called while the cause is handled.
[[noreturn]] void throw_undecodable(task_id task, std::string_view node, const record_metadata& at,
                                    const std::exception& cause);
/// Throws streams_error for an input record whose timestamp extractor threw, the cause nested.
/// REQUIRES: called while the cause is handled.
[[noreturn]] void throw_untimed(task_id task, std::string_view node, const record_metadata& at,
                                const std::exception& cause);
/// Throws the exception at hand on where no handler answers for it: it is an error of the cluster, of the state or of memory,
/// or was answered for already. It is kept, since the code of nodes above may catch it; where one is kept already, that is
/// what is thrown.
/// REQUIRES: called in a catch clause.
void throw_unanswerable(kept_failure& kept);
/// Throws failed_processing_error for a record, or a punctuation, at which a node threw, the cause nested.
/// `remedy`: what to set so that such records are dropped.
/// REQUIRES: called while the cause is handled.
[[noreturn]] void throw_unprocessable(const unprocessable_record& failed, const std::exception& cause,
                                      std::string_view remedy);
/// Throws failed_processing_error for a processing exception handler that threw, what it threw nested.
/// REQUIRES: called in a catch clause.
[[noreturn]] void throw_failed_handler(const unprocessable_record& failed);
/// The same of a production exception handler, which was asked about `cause`.
[[noreturn]] void throw_failed_handler(const unwritable_record& failed, const std::exception& cause);
/// The same of a deserialization exception handler.
[[noreturn]] void throw_failed_handler(const undecodable_record& failed, const std::exception& cause);
/// Throws serialization_error for a record that a serde refused on its way to a topic, the cause nested.
/// REQUIRES: called while the cause is handled.
[[noreturn]] void throw_unserialized(const unwritable_record& failed, const std::exception& cause);
/// Throws streams_error for what threw outside of a record: `doing` what, as in "while it ...".
/// REQUIRES: called while the cause is handled.
[[noreturn]] void throw_failed_task(task_id task, std::string_view doing, const std::exception& cause);

} // namespace streams::inline v0
