#pragma once

#include "src/runtime/queries/instance_directory.hpp"
#include "src/runtime/topics/topic_views.hpp"

#include <streams/runtime/streams_metadata.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace streams::inline v0 {

/// Where the partitions of stores are, among the instances of an application.
class store_places {
public:
    /// All outlive it.
    store_places(const topic_view& view, std::string_view application_id,
                 instance_directory::partitions_by_host instances)
        : view_(view), application_id_(application_id), instances_(std::move(instances)) {}

    /// What each instance has.
    [[nodiscard]] std::vector<streams_metadata> all() const;
    /// Of those that have partitions of the store, or standbys of them, or all of it.
    [[nodiscard]] std::vector<streams_metadata> of(std::string_view store) const;
    /// The one with the partition that `place` chooses from so many; nullopt: nobody has it, or that is not known yet.
    [[nodiscard]] std::optional<key_query_metadata> of(
        std::string_view store, const std::function<std::int32_t(std::int32_t partitions)>& place) const;

private:
    /// The full names of the topics that lead to the store.
    [[nodiscard]] std::vector<std::string> sources_of(std::string_view store) const;

    const topic_view& view_;
    std::string_view application_id_;
    instance_directory::partitions_by_host instances_;
};

} // namespace streams::inline v0
