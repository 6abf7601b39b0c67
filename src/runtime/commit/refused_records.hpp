#pragma once

#include "src/kafka/client.hpp"

#include <streams/core/dead_letter.hpp>
#include <streams/core/record.hpp>
#include <streams/core/task_id.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace streams::inline v0 {

/// Records that the cluster refused, for when their tasks, taken back to the last commit, come to them again. Known by their
/// content and by where they come from; a record that is made of another time or another random number each time is
/// another record. Each stands for one record.
class refused_records {
public:
    /// What is done with the record when it comes again.
    struct decision {
        bool alone = false; ///< it was refused with others: it is sent with none, to see whether it was for its sake
        std::vector<dead_letter> letters{}; ///< else it is passed over, and these are written for it
    };

    [[nodiscard]] bool empty() const noexcept { return records_.empty(); }
    /// Whether all of them have come again.
    [[nodiscard]] bool all_came() const noexcept { return to_come_ == 0; }
    /// `task`: whose it is. `input`: what it goes back to; offset -1: no single record.
    /// Whether doing that again gets further for it. Not where what was known before of the same input has not come: then its
    /// results are others each time.
    bool add(const kafka::delivery_failure& record, task_id task, const record_metadata& input, decision what);
    /// Null: it was not refused, or has come already. Valid until the next change.
    [[nodiscard]] const decision* find(std::string_view topic, const kafka::producer_record& record) noexcept;
    /// What these tasks did since their last commit lasts: of theirs is forgotten what has come again, what lies before the
    /// committed offsets, and what goes back to no single record. How many were passed over for good.
    std::size_t committed(std::span<const task_id> tasks, std::span<const kafka::committed_offset> offsets);
    /// What was done since the last commit is done again.
    void aborted() noexcept;
    /// Forgets those of other tasks.
    void keep(std::span<const task_id> tasks);

private:
    struct refused {
        kafka::delivery_failure record;
        task_id task;
        topic_partition input;
        std::int64_t offset = -1;
        decision what;
        bool come = false;
    };
    [[nodiscard]] bool gets_further(task_id task, const record_metadata& input) const noexcept;

    std::unordered_multimap<std::uint64_t, refused> records_; ///< by tag
    std::size_t to_come_ = 0;                                 ///< of them
};

} // namespace streams::inline v0
