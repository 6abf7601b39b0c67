#pragma once

#include <streams/core/error.hpp>

#include <string>
#include <utility>

namespace streams::inline v0 {

/// A store's content on disk is damaged, or laid out in another way than the topology needs. The message says which store
/// and why; the remedy is that of the store's owner: a task removes the store's folder and restores it from its changelog
/// (Kafka's `TaskCorruptedException`, for one store), or refuses to go on where there is none.
class corrupt_state_error final : public state_error {
public:
    corrupt_state_error(std::string store, const std::string& reason) : state_error(reason), store_(std::move(store)) {}
    [[nodiscard]] const std::string& store() const noexcept { return store_; }

private:
    std::string store_;
};

} // namespace streams::inline v0
