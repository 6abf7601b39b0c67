#include "src/runtime/queries/task_answers.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace streams::inline v0 {
namespace {

query_failure not_up_to_date(const asked_of_owners& asked, const managed_task& task) {
    return {failure_reason::not_active,
            concat("partition ", task.id().partition, " of store ", asked.store, " is not up to date: its task is ",
                   to_string(task.state()), "; query it again later, or with query_options::stale")};
}

partition_answer answer_for(const asked_of_owners& asked, managed_task& task) {
    const std::int32_t partition = task.id().partition;
    if (!task.stores || (!task.running() && !asked.stale)) return {partition, not_up_to_date(asked, task)};
    return answer_of(asked, *task.stores, task.task ? task.task->covered(asked.store, asked.seen) : query_position());
}

/// By the thread that restores them, or has them follow their changelogs.
void ask_updater(const std::shared_ptr<query_call>& call, task_stores& stores, query_failure refusal,
                 task_manager& tasks) {
    tasks.read_restoring(stores, [call, refusal = std::move(refusal),
                                  partition = stores.task().partition](task_stores* found) {
        call->answer(found != nullptr ? answer_of(call->asked(), *found, {}) : partition_answer{partition, refusal});
    });
}

query_failure not_followed(const asked_of_owners& asked, task_id task) {
    return {failure_reason::not_active, concat("the standby of partition ", task.partition, " of store ", asked.store,
                                               " is not open at the moment; query it again later")};
}

void ask_standby(const std::shared_ptr<query_call>& call, task_id task, task_manager& tasks) {
    if (task_stores* const stores = tasks.standbys().find(task))
        return ask_updater(call, *stores, not_followed(call->asked(), task), tasks);
    call->answer({task.partition, not_followed(call->asked(), task)});
}

} // namespace

partition_answer answer_of(const asked_of_owners& asked, task_stores& stores, query_position covers) {
    const std::int32_t partition = stores.task().partition;
    if (!asked.bound.met_by(covers, partition))
        return {partition,
                query_failure{failure_reason::not_up_to_bound,
                              concat("partition ", partition, " of store ", asked.store,
                                     " has not taken in all of the input that the query's bound asks for; query it "
                                     "again later")},
                std::move(covers)};
    try {
        if (auto found = stores.named(asked.store).store->ask(asked.question, asked.seen))
            return {partition, std::move(*found), std::move(covers)};
    } catch (const query_memory_error& cause) {
        return {partition, query_failure{failure_reason::out_of_memory, cause.what()}, std::move(covers)};
    } catch (const std::exception& cause) {
        return {partition,
                query_failure{failure_reason::store_exception, concat("partition ", partition, " of store ",
                                                                      asked.store, " cannot be read: ", cause.what())},
                std::move(covers)};
    }
    return {partition,
            query_failure{failure_reason::unknown_query_type,
                          concat("store ", asked.store, " has no answer to such a query; use one of its kind")},
            std::move(covers)};
}

void answer(const query_mail& mail, task_manager& tasks) {
    if (mail.call->given_up()) return;
    const bool stale = mail.call->asked().stale;
    for (const task_id id : mail.tasks) {
        managed_task* const task = tasks.find(id);
        const bool opened = task != nullptr && task->stores; // else its standby waits for it to be
        if (!opened && stale && tasks.standbys().keeps(id))
            ask_standby(mail.call, id, tasks);
        else if (task == nullptr)
            answer_not_present({mail.call, {id}});
        else if (opened && !task->restored && stale)
            ask_updater(mail.call, *task->stores, not_up_to_date(mail.call->asked(), *task), tasks);
        else
            mail.call->answer(answer_for(mail.call->asked(), *task));
    }
}

} // namespace streams::inline v0
