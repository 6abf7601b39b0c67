#pragma once

#include "src/testing/simulation/simulated_disk.hpp"
#include "src/testing/simulation/topic_history.hpp"

#include <streams/topology/topology.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace streams::inline v0::simulated {

/// What a store is held against.
struct history_known {
    /// False: the history ends before an open transaction, and a store that stands behind that is not looked at.
    bool has_all = true;
    /// What a record behind the store's offset brings may be missing: it was compacted away where a restoration was ended by
    /// a close.
    bool overtaken = false;
};

/// Whether what a disk has of a task's store is what the records of its changelog come to, up to the offset that is stored
/// with it: nothing is missing, and nothing there that is not in the changelog. Empty: it is; else the first difference.
/// `folder`: of the store, below the application's. A global store is held against its topic, up to the offsets of its partitions.
/// Other stores without a changelog are not looked at.
[[nodiscard]] std::string differs_from_changelog(const topology& of, const std::string& application_id,
                                                 const std::filesystem::path& folder,
                                                 const simulated_disk::content& found, const topic_history& history,
                                                 const history_known& known = {});

} // namespace streams::inline v0::simulated
