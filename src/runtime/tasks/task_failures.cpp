#include "src/runtime/tasks/record_failure.hpp"
#include "src/runtime/tasks/task.hpp"

#include <streams/core/log.hpp>

#include <utility>

namespace streams::inline v0 {
namespace {

/// REQUIRES: called in a catch clause.
template <class Answer>
void answer_for_thrown(const Answer& answer) {
    try {
        throw;
    } catch (const std::exception& cause) {
        answer(cause);
    } catch (...) {
        answer(streams_error("an exception that is no std::exception; derive it from that"));
    }
}

} // namespace

void stream_task::undecodable_head(const record_queue& queue, const record_view& raw, const undecodable& cause) {
    const std::string_view node = queue.source().name();
    const record_metadata at{queue.partition().topic, queue.partition().partition, raw.offset};
    const undecodable_record failed{id(), node, at, raw, environment_.config.errors_dead_letter_queue_topic_name};
    handler_answer answer = handler_response::fail;
    try {
        answer = environment_.config.on_deserialization_error(failed, cause);
    } catch (...) {
        throw_failed_handler(failed, cause);
    }
    at_hand().metadata = at;
    const bool failing = answer.response == handler_response::fail;
    write_dead_letters(node, answer.dead_letters, failing);
    if (failing) throw_undecodable(id(), node, at, cause);
    drop(drop_reason::deserialization, node);
}

void stream_task::invalid_timestamp(const record_queue& queue, const record_view& raw) {
    at_hand().metadata = {queue.partition().topic, queue.partition().partition, raw.offset};
    drop(drop_reason::invalid_timestamp, queue.source().name());
}

void stream_task::untimed_head(const record_queue& queue, const record_view& raw, const std::exception& cause) {
    throw_untimed(id(), queue.source().name(), {queue.partition().topic, queue.partition().partition, raw.offset},
                  cause);
}

void stream_task::node_failed(std::string_view node, std::int64_t timestamp, streams::headers& headers) {
    throw_unanswerable(stores_.failure());
    try {
        answer_for_thrown([&](const std::exception& cause) { answer_for(node, timestamp, headers, cause); });
    } catch (...) { // the handler has said fail, and so the record is not for nodes above to drop
        stores_.failure().keep();
        throw;
    }
    // Where the exception came from, headers may be gone that were at hand.
    at_hand().timestamp = timestamp;
    at_hand().headers = &headers;
}

void stream_task::answer_for(std::string_view node, std::int64_t timestamp, const streams::headers& headers,
                             const std::exception& cause) {
    const unprocessable_record failed{id(),
                                      node,
                                      current().metadata,
                                      timestamp,
                                      headers,
                                      raw_at_hand(),
                                      environment_.config.errors_dead_letter_queue_topic_name};
    handler_answer answer = handler_response::fail;
    try {
        answer = environment_.config.on_processing_error(failed, cause);
    } catch (...) {
        throw_failed_handler(failed);
    }
    const bool failing = answer.response == handler_response::fail;
    write_dead_letters(node, answer.dead_letters, failing);
    if (failing) throw_unprocessable(failed, cause, environment_.resuming);
    drop(drop_reason::processing, node);
}

void stream_task::not_serialized(std::string_view node, production_step step, const output_record& output) {
    throw_unanswerable(stores_.failure());
    const unwritable_record failed{.task = id(),
                                   .node = node,
                                   .metadata = current().metadata,
                                   .record = raw_at_hand(),
                                   .step = step,
                                   .output = output,
                                   .retriable = false,
                                   .dead_letter_topic = environment_.config.errors_dead_letter_queue_topic_name};
    answer_for_thrown([&](const std::exception& cause) { answer_for(failed, cause); });
}

void stream_task::answer_for(const unwritable_record& failed, const std::exception& cause) {
    production_answer answer = production_response::fail;
    try {
        answer = environment_.config.on_production_error(failed, cause);
    } catch (...) {
        throw_failed_handler(failed, cause);
    }
    const bool failing = answer.response != production_response::resume;
    write_dead_letters(failed.node, answer.dead_letters, failing);
    if (failing) throw_unserialized(failed, cause);
    drop(drop_reason::production, failed.node);
}

void stream_task::write_dead_letters(std::string_view node, const std::vector<dead_letter>& letters, bool failing) {
    environment_.collector.send_dead_letters(letters, {id(), node}, current().metadata, failing);
}

/// The input record, unless what is at hand has left a cache or a buffer.
const record_view* stream_task::raw_at_hand() const noexcept {
    const record_metadata& at = current().metadata;
    return raw_ != nullptr && at.offset == raw_->offset && at.topic == raw_from_->topic &&
                   at.partition == raw_from_->partition
               ? raw_
               : nullptr;
}

void stream_task::drop(drop_reason reason, std::string_view node) {
    environment_.drops.add(reason);
    if (environment_.metrics != nullptr) environment_.metrics->dropped(reason);
    bool& logged = drop_logged_[static_cast<std::size_t>(reason)];
    if (std::exchange(logged, true)) return;
    log(log_level::warn, concat(task_name(id()), reason == drop_reason::unchecked ? " passed on " : " dropped ",
                                describe(current().metadata), " in node ", node, ": ", to_string(reason),
                                "; further ones of this reason are only counted"));
}

} // namespace streams::inline v0
