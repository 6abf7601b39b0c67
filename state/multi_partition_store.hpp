#pragma once

#include <cstdint>
#include <span>

namespace streams::inline v0 {

/// The side of a store that all partitions of its topic fill, as those of a global store do: how far it has each of them.
class multi_partition_store {
public:
    /// What was put and restored of each partition until now is all up to its offset (-1: nothing), and goes to the disk with
    /// these.
    virtual void filled_up_to(std::span<const std::int64_t> offsets) = 0;
    /// It is all that the topic held at `at`, ms of the wall clock, and goes to the disk with that.
    virtual void complete_as_of(std::int64_t at) = 0;
    /// The offsets of what is on disk, by partition; those that are left out it has nothing of.
    [[nodiscard]] virtual std::span<const std::int64_t> partition_checkpoints() const = 0;

protected:
    ~multi_partition_store() = default;
};

} // namespace streams::inline v0
