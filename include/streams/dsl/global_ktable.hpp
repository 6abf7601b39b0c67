#pragma once

#include <streams/dsl/fwd.hpp>

#include <string>
#include <utility>

namespace streams::inline v0 {

/// A table that every instance of the application holds whole (Kafka's `GlobalKTable`): filled before anything is
/// processed, then kept current beside the tasks, so that a stream joins it by any key, without being repartitioned. It
/// follows its topic by itself: which row a record meets is not decided by their timestamps.
template <class Key, class Value>
class global_ktable {
public:
    using key_type = Key;
    using value_type = Value;

    /// The store that holds the rows.
    [[nodiscard]] const std::string& store_name() const noexcept { return store_; }

    /// For the library.
    explicit global_ktable(std::string store) : store_(std::move(store)) {}

private:
    std::string store_;
};

} // namespace streams::inline v0
