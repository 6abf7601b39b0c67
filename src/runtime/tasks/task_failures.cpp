#include "src/runtime/tasks/record_failure.hpp"
#include "src/runtime/tasks/task.hpp"

#include <streams/core/log.hpp>

#include <utility>

namespace streams::inline v0 {

void stream_task::undecodable_head(const record_queue& queue, const record_view& raw, const undecodable& cause) {
    const std::string_view node = queue.source().name();
    const record_metadata at{queue.partition().topic, queue.partition().partition, raw.offset};
    const auto& handler = environment_.config.on_deserialization_error;
    const undecodable_record failed{id(), node, at, raw};
    if (!handler || handler(failed, cause) == handler_response::fail) throw_undecodable(id(), node, at, cause);
    at_hand().metadata = at;
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
    throw_unanswerable();
    try {
        throw;
    } catch (const std::exception& cause) {
        answer_for(node, timestamp, headers, cause);
    } catch (...) {
        answer_for(node, timestamp, headers,
                   streams_error("an exception that is no std::exception; derive it from that"));
    }
    // Where the exception came from, headers may be gone that were at hand.
    at_hand().timestamp = timestamp;
    at_hand().headers = &headers;
}

void stream_task::answer_for(std::string_view node, std::int64_t timestamp, const streams::headers& headers,
                             const std::exception& cause) {
    const auto& handler = environment_.config.on_processing_error;
    const unprocessable_record failed{id(), node, current().metadata, timestamp, headers, raw_at_hand()};
    auto response = handler_response::fail;
    try {
        if (handler) response = handler(failed, cause);
    } catch (const std::exception& handler_failure) {
        throw_failed_handler(failed, handler_failure);
    }
    if (response == handler_response::fail) throw_unprocessable(failed, cause, environment_.resuming);
    drop(drop_reason::processing, node);
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
    bool& logged = drop_logged_[static_cast<std::size_t>(reason)];
    if (std::exchange(logged, true)) return;
    log(log_level::warn, concat(task_name(id()), reason == drop_reason::unchecked ? " passed on " : " dropped ",
                                describe(current().metadata), " in node ", node, ": ", to_string(reason),
                                "; further ones of this reason are only counted"));
}

} // namespace streams::inline v0
