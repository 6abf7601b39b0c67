#pragma once

#include "src/kafka/client.hpp"

#include <streams/core/dead_letter.hpp>

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace streams::inline v0 {

/// Records that the cluster refused, which takes their transaction with them, and that a handler let go: when their tasks
/// come to them again, they are passed over. By their content, and where they come from. A record that is made of another
/// time or another random number each time is another record, and refused again.
class refused_records {
public:
    [[nodiscard]] bool empty() const noexcept { return records_.empty(); }
    /// `topic`: of the producer. `letters`: to be written where the record is passed over.
    void add(std::int32_t topic, const kafka::delivery_failure& record, std::vector<dead_letter> letters);
    /// Null: the record is to be written. Otherwise what is to be written for it, valid until the next change.
    [[nodiscard]] const std::vector<dead_letter>* pass_over(const kafka::producer_record& record) noexcept;
    /// The transaction in which they were passed over is committed: nobody comes to those again.
    void committed();
    void aborted() noexcept;
    void clear() noexcept { records_.clear(); }

private:
    struct refused {
        std::int32_t topic;
        std::int32_t partition;
        std::optional<bytes> key;
        std::optional<bytes> value;
        std::vector<dead_letter> letters;
        bool passed_over = false;
    };
    std::unordered_multimap<std::uint64_t, refused> records_; ///< by tag
};

} // namespace streams::inline v0
