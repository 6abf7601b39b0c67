#pragma once

#include "src/runtime/queries/query_mailbox.hpp"
#include "src/runtime/tasks/task_manager.hpp"

namespace streams::inline v0 {

/// What the stores of a task answer, on the thread that has them. `covers`: the input that they have taken in.
[[nodiscard]] partition_answer answer_of(const asked_of_owners& asked, task_stores& stores, query_position covers);

/// Answers for the tasks of a mail, as far as they are here; on their thread, between records.
void answer(const query_mail& mail, task_manager& tasks);

} // namespace streams::inline v0
