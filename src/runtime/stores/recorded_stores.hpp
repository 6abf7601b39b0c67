#pragma once

#include <streams/core/task_id.hpp>
#include <streams/topology/topology.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace streams::inline v0 {

/// The persistent stores of tasks, as the topology has them, and as the state folder remembers them from the last start, in
/// its file `topology`.
class recorded_stores {
public:
    recorded_stores() = default;
    /// Throws state_error where the folder is not one of this topology:
    /// - a store is there by its name, but holds something else (another kind or window), as does its changelog;
    /// - a store without a changelog belongs to another sub-topology now: it would begin empty;
    /// - stores are there, and the topology has none of them: it is another application's.
    /// What has a changelog may come, go and move: it is restored where it is now.
    recorded_stores(const std::filesystem::path& folder, const topology& topology);

    /// Notes them in the folder. Throws state_error where the disk refuses.
    void write(const std::filesystem::path& folder) const;
    /// Whether tasks of that sub-topology have the store.
    [[nodiscard]] bool in_use(task_id task, const std::string& store) const;
    /// Whether a changelog has the store's content. False for a store that neither topology nor folder knows.
    [[nodiscard]] bool rebuildable(const std::string& store) const;

private:
    struct entry {
        std::int32_t part = 0;
        std::string content;             ///< what kind of entries it and its changelog hold
        std::optional<bool> changelog{}; ///< nullopt: the folder does not say

        friend bool operator==(const entry&, const entry&) = default;
    };
    using entries = std::map<std::string, entry>;

    [[nodiscard]] static entries of_topology(const topology& topology);
    [[nodiscard]] static entries of_folder(const std::filesystem::path& folder);
    [[nodiscard]] static std::string text_of(const entry& from);
    [[nodiscard]] static std::optional<entry> parse(const std::string& text);
    void check_same(const std::filesystem::path& folder, const std::string& store, const entry& was) const;

    entries wanted_;
    entries left_; ///< on disk, and not in the topology any more
};

} // namespace streams::inline v0
