#pragma once

#include "src/testing/simulation/topic_history.hpp"

#include <string>

namespace streams::simulation {

/// A stage of a workload: a collector between two topics.
struct stage {
    std::string input;
    std::string output;
    bool forgets = false;  ///< a record may delete what its key has
    bool windowed = false; ///< by window_ms
};

/// What is promised of the results.
struct promise {
    bool once = false; ///< exactly; else at least
    bool whole = true; ///< nothing is missing; else the application was ended before it was done
};

/// What of the updates the input does not explain, or what of the input has no update; empty: nothing. Under exactly once
/// every record of the input has its one update, in the input's order, with the list as it was then. Under at least once
/// every record has an update; lists have nothing that was not in the input, nor what had been deleted before their record, and
/// the last ones neither miss anything that came behind the last deletion nor have what was deleted. A record that was deleted
/// from the input, and perhaps not read, may be in none of them.
[[nodiscard]] std::string unexplained_updates(const simulated::topic_history& history, const stage& of, promise kept);

/// A topic of what the records of `in` found under their keys in a table, whose topic has versions 1, 2, 3 of each key.
struct lookup {
    std::string table;
    std::string output;
    bool grows = false; ///< under exactly once, what follows finds no older version
};
/// The same of what records found: each finds a version that was there.
[[nodiscard]] std::string unexplained_findings(const simulated::topic_history& history, const lookup& of, promise kept);
/// The same of a topic whose records are those of the input under their groups.
[[nodiscard]] std::string unexplained_routing(const simulated::topic_history& history, const std::string& input,
                                              const std::string& output, promise kept);

} // namespace streams::simulation
