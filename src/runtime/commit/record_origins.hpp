#pragma once

#include <streams/core/record.hpp>
#include <streams/core/topic_partition.hpp>
#include <streams/topology/record_collector.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace streams::inline v0 {

/// Numbers for where sent records come from, which fit into what a client gives back with a failure: so a record that is on
/// its way costs nothing more. There is room for 65,535 pairs of a sender and an input partition; what comes later has
/// number 0, and is of nobody.
class record_origins {
public:
    /// Valid until the next tag is made.
    struct origin {
        record_sender sender{};
        record_metadata metadata{}; ///< offset -1: of no single input record
        bool dead_letter = false;
    };

    /// The number of a sender. The same for the same one.
    [[nodiscard]] std::size_t add(const record_sender& sender);
    [[nodiscard]] task_id task_of(std::size_t sender) const { return senders_[sender].task; }
    [[nodiscard]] std::uint64_t tag_of(std::size_t sender, const record_metadata& input);
    [[nodiscard]] std::uint64_t tag_of_dead_letter(std::size_t sender, const record_metadata& input) {
        return tag_of(sender, input) | dead_letter_bit;
    }
    [[nodiscard]] origin find(std::uint64_t tag) const;
    /// Whether there is little room left.
    [[nodiscard]] bool crowded() const noexcept { return places_.size() > most_places / 2; }
    /// Forgets the input partitions. REQUIRES: no tag is used any more.
    void clear() noexcept { places_.clear(); }
    [[nodiscard]] static bool is_dead_letter(std::uint64_t tag) noexcept { return (tag & dead_letter_bit) != 0; }

private:
    // A bit, the number of a place, from 1, and an offset in it.
    static constexpr std::uint64_t dead_letter_bit = std::uint64_t{1} << 63;
    static constexpr unsigned offset_bits = 47;
    static constexpr std::uint64_t no_offset = (std::uint64_t{1} << offset_bits) - 1;
    static constexpr std::size_t most_places = (std::size_t{1} << (63 - offset_bits)) - 1;

    struct known_sender {
        task_id task;
        std::string node;
    };
    struct place {
        std::size_t sender;
        topic_partition input;
    };

    std::vector<known_sender> senders_;
    std::vector<place> places_;
    std::array<std::size_t, 32> recent_{}; ///< some of them, so that a record rarely costs a search
};

} // namespace streams::inline v0
