#pragma once

#include "simulation/program/explained.hpp"
#include "src/testing/simulation/simulated_run.hpp"

#include <streams/core/config.hpp>
#include <streams/dsl/streams_builder.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace streams::simulation {

/// Below the number that it is given.
using random_number = std::function<std::uint64_t(std::uint64_t)>;

/// Something more that the application of a workload does with what it reads, and how its results are explained. What it has
/// none of is empty.
struct workload_part {
    std::map<std::string, simulated::topic_plan> topics{};
    /// Adds what is written with the DSL: the stream of the topic `in`, of marked ids.
    std::function<void(streams_builder&, const kstream<std::string, std::string>&)> declare{};
    /// Adds what is written with the Processor API, behind the source `read` of that topic.
    std::function<void(topology&)> add{};
    std::function<void(streams_config&)> configure{};
    /// A record of an input of its own beside the one with this number; nullopt: none.
    std::function<std::optional<simulated::input_record>(int number, const random_number&)> draw_input{};
    /// What is wrong at the end; empty: nothing.
    std::function<std::string(const simulated::topic_history&, promise)> unexplained{};
};

/// How many keys the topic `in` has, and one of them.
inline constexpr std::uint64_t sources = 10;
[[nodiscard]] inline std::string any_source(const random_number& random) {
    return "s" + std::to_string(random(sources));
}

/// Lists by window, of the repartition topic.
[[nodiscard]] workload_part collected_windows();
/// Lists by window that are told once, when the window has closed: held back, or emitted on close.
[[nodiscard]] workload_part closed_windows(const random_number& random);
/// What each key has in a table whose topic is its changelog.
[[nodiscard]] workload_part found_rows();
/// The same of a global table.
[[nodiscard]] workload_part found_global_rows();
/// A table of the last record of each key, grouped anew: each group's list loses the old record and gains the new one.
[[nodiscard]] workload_part regrouped_table(const random_number& random);
/// Lists that a punctuation tells, and takes out of the store.
[[nodiscard]] workload_part drained_lists(const random_number& random);
/// Records that cannot be read, processed or written, of which handlers make dead letters.
[[nodiscard]] workload_part judged_records();

} // namespace streams::simulation
