#pragma once

#include "src/kafka/client.hpp"

#include <streams/core/error.hpp>

#include <exception>
#include <string_view>
#include <utility>

namespace streams::inline v0::embedded {

/// Does `work`, which throws or returns a result or nothing: no exception leaves the calls of the seam. What is thrown
/// here is about disks, names and damage; no retry helps.
template <class Work>
[[nodiscard]] kafka::result attempt(Work&& work) {
    try {
        if constexpr (requires { kafka::result(work()); }) {
            return work();
        } else {
            work();
            return {};
        }
    } catch (const std::exception& failed) {
        return {kafka::error_class::fatal, failed.what()};
    }
}

[[nodiscard]] inline kafka::result unknown_topic(std::string_view name) {
    return {kafka::error_class::fatal, concat("topic ", name, " does not exist; create it first")};
}

[[nodiscard]] inline kafka::result unknown_partition(std::string_view topic, std::int32_t partition,
                                                     std::size_t count) {
    return {kafka::error_class::fatal,
            concat("topic ", topic, " has no partition ", partition, ", only 0 to ", count - 1, "; use one of those")};
}

} // namespace streams::inline v0::embedded
