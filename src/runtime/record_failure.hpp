#pragma once

#include <streams/core/record.hpp>
#include <streams/core/task_id.hpp>

#include <exception>
#include <string>
#include <string_view>

namespace streams::inline v0 {

/// `record 12 of topic-3`, as every message about an input record names it.
[[nodiscard]] std::string describe(const record_metadata& of);

/// Throws serialization_error for an input record that does not decode, the cause nested.
/// REQUIRES: called while the cause is handled.
[[noreturn]] void throw_undecodable(task_id task, std::string_view node, const record_metadata& at,
                                    const std::exception& cause);
/// Throws streams_error for an input record whose timestamp extractor threw, the cause nested.
/// REQUIRES: called while the cause is handled.
[[noreturn]] void throw_untimed(task_id task, std::string_view node, const record_metadata& at,
                                const std::exception& cause);
/// Throws streams_error for an input record whose processing threw, the cause nested.
/// REQUIRES: called while the cause is handled.
[[noreturn]] void throw_unprocessable(task_id task, const record_metadata& at, const std::exception& cause);
/// Throws streams_error for what threw outside of a record: `doing` what, as in "while it ...".
/// REQUIRES: called while the cause is handled.
[[noreturn]] void throw_failed_task(task_id task, std::string_view doing, const std::exception& cause);

} // namespace streams::inline v0
