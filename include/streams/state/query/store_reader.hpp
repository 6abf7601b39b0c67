#pragma once

#include <streams/state/query/query_options.hpp>
#include <streams/state/query/query_result.hpp>
#include <streams/state/query/store_question.hpp>
#include <streams/state/store_spec.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace streams::inline v0 {

/// What a partition of a store answers, in bytes.
struct partition_answer {
    std::int32_t partition; ///< -1: of a global store
    std::variant<store_answer, query_failure> content;
    query_position covers{};
};

/// Where typed queries find the stores of an application, in bytes. Thread-safe; outlives the application, and then
/// throws streams_stopped_error.
class store_reader {
public:
    virtual ~store_reader() = default;
    /// Valid as long as this. Throws unknown_state_store_error, which names the nearest one.
    [[nodiscard]] virtual const store_spec& spec_of(std::string_view store) const = 0;
    /// Asks the partitions that the options name, or all that are here; by partition. Throws streams_not_started_error,
    /// streams_stopped_error, query_timeout_error, and streams_error on a thread that would have to answer itself.
    [[nodiscard]] virtual std::vector<partition_answer> ask(std::string_view store, const store_question& question,
                                                            const query_options& options) = 0;
};

} // namespace streams::inline v0
