#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace streams::inline v0::detail {

/// Throws topology_error where a time that windows of this `kind` are given is below zero. `consequence`: what that would mean.
void require_not_negative(std::string_view kind, std::string_view member, std::chrono::milliseconds given,
                          std::string_view consequence);

/// Throws topology_error where `spans`, for which windows are kept together, exceed the largest time, as Kafka Streams, whose
/// sum overflows, refuses a negative retention. `parts`: their names.
void require_time(std::string_view kind, std::string_view parts, std::initializer_list<std::int64_t> spans);

} // namespace streams::inline v0::detail
