// What becomes of records that were not written: who is asked about them, and what is thrown.

#include "src/runtime/commit/producing_collector.hpp"
#include "src/runtime/tasks/record_failure.hpp"
#include "src/runtime/tasks/task_errors.hpp"

#include <streams/core/log.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace streams::inline v0 {
namespace {

bool may_pass(const kafka::delivery_failure& failed) {
    return failed.reason.kind() == kafka::error_class::retriable ||
           failed.reason.kind() == kafka::error_class::abortable;
}

/// Whether the production exception handler is asked. Not about a record that only follows its transaction.
bool is_askable(const kafka::delivery_failure& failed) {
    return failed.of_record && failed.reason.kind() != kafka::error_class::abortable &&
           !record_origins::is_dead_letter(failed.tag);
}

/// With its batch, of which one record may be the reason, or none by itself.
bool is_refused_by_cluster(const kafka::delivery_failure& failed) {
    return is_askable(failed) && !may_pass(failed) && !failed.before_sent && !failed.of_topic;
}

constexpr std::string_view nothing_committed = "; nothing read since the last commit is committed";

} // namespace

/// Dead letters are written in it, so that it may be called again from within: then it leaves the answer to the first call.
void producing_collector::throw_failures() {
    std::ranges::move(producer_->take_failures(), std::back_inserter(unanswered_));
    if (!answering_) {
        answering_ = true;
        try {
            while (!unanswered_.empty() && !failure_) failure_ = answer_for(std::exchange(unanswered_, {}));
        } catch (...) {
            if (!failure_) failure_ = std::current_exception();
        }
        answering_ = false;
    }
    if (failure_) std::rethrow_exception(failure_);
}

void producing_collector::forget_failures() {
    failure_ = nullptr;
    unanswered_.clear();
    static_cast<void>(producer_->take_failures());
}

/// Null: all of them are dropped.
std::exception_ptr producing_collector::answer_for(const failures& failed) {
    const auto fenced =
        std::ranges::find_if(failed, [](const auto& each) { return each.reason.kind() == kafka::error_class::fenced; });
    if (fenced != failed.end()) return std::make_exception_ptr(fenced_error(fenced->reason.reason()));
    const auto hopeless =
        std::ranges::find_if(failed, [](const auto& each) { return !is_askable(each) && !may_pass(each); });
    if (hopeless != failed.end())
        return std::make_exception_ptr(
            cluster_error(concat(describe_failed(*hopeless, failed.size()), nothing_committed)));
    gets_further_ = false;
    std::map<topic_partition, std::size_t> refused;
    for (const kafka::delivery_failure& each : failed)
        if (is_refused_by_cluster(each)) ++refused[each.partition];
    const kafka::delivery_failure* again = nullptr;
    for (const kafka::delivery_failure& each : failed) {
        if (is_refused_by_cluster(each) && refused.at(each.partition) > 1) {
            const auto from = origin_of(each);
            gets_further_ |= refused_.add(each, from.sender.task, from.metadata, {.alone = true});
            if (again == nullptr) again = &each;
            continue;
        }
        const auto response = is_askable(each) ? answer_for(each) : production_response::retry;
        if (response == production_response::fail)
            return std::make_exception_ptr(
                cluster_error(concat(describe_failed(each, failed.size()), nothing_committed,
                                     "; a production.exception.handler that answers resume drops such records")));
        if (response == production_response::retry && again == nullptr) again = &each;
    }
    if (again == nullptr) return nullptr;
    const auto reason = concat(describe_failed(*again, failed.size()), nothing_committed);
    return gets_further_ ? std::make_exception_ptr(refused_records_error(reason))
                         : std::make_exception_ptr(lost_records_error(reason));
}

/// What is to be done now.
production_response producing_collector::answer_for(const kafka::delivery_failure& failed) {
    const auto from = origin_of(failed);
    auto answer = ask(failed, from);
    if (answer.response == production_response::retry && !may_pass(failed)) {
        log(log_level::warn, concat("the production exception handler answers retry, which does not help: ",
                                    describe_failed(failed, 1)));
        answer.response = production_response::fail;
    }
    if (answer.response == production_response::retry) return answer.response;
    if (in_transactions_ && !failed.before_sent) { // nothing can be written any more
        if (answer.response == production_response::fail) return answer.response;
        gets_further_ |=
            refused_.add(failed, from.sender.task, from.metadata, {.letters = std::move(answer.dead_letters)});
        return production_response::retry;
    }
    if (answer.response == production_response::resume) {
        drops_.add(drop_reason::production);
        log_drop(from);
    }
    send_dead_letters(answer.dead_letters, from.sender, from.metadata, answer.response == production_response::fail);
    return answer.response;
}

production_answer producing_collector::ask(const kafka::delivery_failure& failed,
                                           const record_origins::origin& from) const {
    const unwritable_record record{.task = from.sender.task,
                                   .node = from.sender.node,
                                   .metadata = from.metadata,
                                   .record = nullptr,
                                   .step = production_step::sending,
                                   .output = {.topic = failed.partition.topic,
                                              .partition = failed.partition.partition,
                                              .key = failed.key,
                                              .value = failed.value,
                                              .timestamp = failed.timestamp,
                                              .headers = failed.headers},
                                   .retriable = may_pass(failed),
                                   .dead_letter_topic = config_.errors_dead_letter_queue_topic_name};
    const streams_error cause(describe_failed(failed, 1));
    try {
        return config_.on_production_error(record, cause);
    } catch (...) {
        throw_failed_handler(record, cause);
    }
}

/// One that comes again after it was refused.
void producing_collector::append_refused(const kafka::producer_record& record, refused_records::decision what) {
    refused_came_ = true;
    if (what.alone) {
        await_all();
        hand_over(record);
        await_all();
        return wait_a_moment(kafka::milliseconds(1)); // they may be many
    }
    passed_over_ = true;
    const auto from = origin_of(record.tag, topics_.at(record.topic).name, record.partition.value_or(-1));
    log_drop(from);
    send_dead_letters(what.letters, from.sender, from.metadata, false);
}

record_origins::origin producing_collector::origin_of(const kafka::delivery_failure& failed) const {
    return origin_of(failed.tag, failed.partition.topic, failed.partition.partition);
}

/// A changelog's updates have no tag; their task is that of its partition.
record_origins::origin producing_collector::origin_of(std::uint64_t tag, const std::string& topic,
                                                      std::int32_t partition) const {
    if (tag != 0) return origins_.find(tag);
    const auto opened = changelogs_.find({topic, partition});
    return opened == changelogs_.end() ? record_origins::origin{}
                                       : record_origins::origin{.sender = {opened->second.task, {}}};
}

void producing_collector::log_drop(const record_origins::origin& from) {
    if (std::exchange(drop_logged_, true)) return;
    log(log_level::warn,
        concat(task_name(from.sender.task), " dropped a record that could not be written, ",
               from.sender.node.empty() ? std::string("an update of a store")
                                        : concat("of node ", from.sender.node, " for ", describe(from.metadata)),
               ": ", to_string(drop_reason::production), "; further ones of this reason are only counted"));
}

std::string producing_collector::describe_failed(const kafka::delivery_failure& failed, std::size_t count) const {
    return concat("a record for ", kafka::destination(failed.partition), describe_origin(failed.timestamp, failed.tag),
                  ", could not be written", count > 1 ? concat(", nor ", count - 1, " more") : std::string(), ": ",
                  failed.reason.reason());
}

} // namespace streams::inline v0
