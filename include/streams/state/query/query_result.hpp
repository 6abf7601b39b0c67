#pragma once

#include <streams/state/query/query_errors.hpp>
#include <streams/state/query/query_position.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace streams::inline v0 {

/// Why a partition of a store has no answer (Kafka's `FailureReason`, but for the last).
enum class failure_reason {
    unknown_query_type, ///< a store of its kind has no answer to such a query
    not_active,         ///< it is not up to date, see query_options::stale
    not_up_to_bound,    ///< it is not as far as query_options::bound asks
    not_present,        ///< it is not here, perhaps not any more
    does_not_exist,     ///< the store has no such partition
    store_exception,    ///< the store could not be read
    out_of_memory,      ///< there is no room for what the answer would copy (memory_role::query_copies)
};

/// What keeps a partition from its answer.
struct query_failure {
    failure_reason reason;
    std::string message;
};

/// Throws it as the invalid_state_store_error that it is.
[[noreturn]] void throw_failure(const query_failure& failure);

/// What one partition of a store answers (Kafka's `QueryResult`).
template <class Result>
class query_result {
public:
    query_result(Result found, query_position covers)
        : content_(std::in_place_index<0>, std::move(found)), covers_(std::move(covers)) {}
    query_result(query_failure failure, query_position covers)
        : content_(std::in_place_index<1>, std::move(failure)), covers_(std::move(covers)) {}

    [[nodiscard]] bool ok() const noexcept { return content_.index() == 0; }
    /// Throws an invalid_state_store_error where there is none.
    [[nodiscard]] Result& value() {
        if (const auto* failed = failure()) throw_failure(*failed);
        return *std::get_if<0>(&content_);
    }
    /// Null: there is a result.
    [[nodiscard]] const query_failure* failure() const noexcept { return std::get_if<1>(&content_); }
    /// What input the store had taken in.
    [[nodiscard]] const query_position& position() const noexcept { return covers_; }

private:
    std::variant<Result, query_failure> content_;
    query_position covers_;
};

/// What the partitions of a store answer (Kafka's `StateQueryResult`), by their numbers; a global store by -1.
template <class Result>
struct state_query_result {
    std::map<std::int32_t, query_result<Result>> partitions{};

    /// The merged positions of all that have answered: what to ask for as a bound next time.
    [[nodiscard]] query_position position() const {
        query_position merged;
        for (const auto& [partition, each] : partitions) merged.merge(each.position());
        return merged;
    }
    /// The result of the one partition that was asked. Throws invalid_state_store_error where there are none or
    /// several, and as query_result::value.
    [[nodiscard]] Result& only() {
        if (partitions.size() != 1)
            throw invalid_state_store_error(
                concat("a query was answered by ", partitions.size(),
                       " partitions, of which the only one is asked for; name it in query_options::partitions"));
        return partitions.begin()->second.value();
    }
};

} // namespace streams::inline v0
