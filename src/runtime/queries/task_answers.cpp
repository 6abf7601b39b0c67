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
    if (!task.stores || !task.restored || (!task.running() && !asked.stale))
        return {partition, not_up_to_date(asked, task)};
    auto covers = task.task ? task.task->covered(asked.seen) : query_position();
    if (!asked.bound.met_by(covers, partition))
        return {partition,
                query_failure{failure_reason::not_up_to_bound,
                              concat("partition ", partition, " of store ", asked.store,
                                     " has not taken in all of the input that the query's bound asks for; query it "
                                     "again later")},
                std::move(covers)};
    return answer_of(asked, *task.stores, std::move(covers));
}

} // namespace

partition_answer answer_of(const asked_of_owners& asked, task_stores& stores, query_position covers) {
    const std::int32_t partition = stores.task().partition;
    const auto all = stores.all();
    task_store& store = *std::ranges::find(all, asked.store, [](const task_store& each) { return each.spec.name; });
    try {
        if (auto found = store.store->ask(asked.question, asked.seen))
            return {partition, std::move(*found), std::move(covers)};
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
    for (const task_id id : mail.tasks) {
        if (managed_task* const task = tasks.find(id); task != nullptr)
            mail.call->answer(answer_for(mail.call->asked(), *task));
        else
            answer_not_present({mail.call, {id}});
    }
}

} // namespace streams::inline v0
