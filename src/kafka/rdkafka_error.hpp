#pragma once

#include "src/kafka/client.hpp"
#include "src/kafka/rdkafka_error_class.hpp"
#include "src/kafka/rdkafka_ptr.hpp"

#include <string_view>

namespace streams::inline v0::kafka {

/// A result that reads `what: reason`, with the remedy where there is one, and with the number of a code that is not
/// known. Success where `error` is none.
[[nodiscard]] result result_of(rd_kafka_resp_err_t error, std::string_view subject);
/// The same with the text that came with the error in the place of its fixed one.
[[nodiscard]] result result_of(rd_kafka_resp_err_t error, std::string_view subject, std::string_view text);
/// The same of an error object, whose own flags (fatal, abort required, retriable) go first. Null is success.
[[nodiscard]] result result_of(const error_ptr& error, std::string_view subject);
/// The error that made `client` unusable where `error` says that there is one, else as `result_of(error, what)`.
[[nodiscard]] result result_of(rd_kafka_t* client, rd_kafka_resp_err_t error, std::string_view subject);

} // namespace streams::inline v0::kafka
