#pragma once

#include "src/testing/simulation/simulated_process.hpp"

#include <memory>

namespace streams::inline v0::simulated {

/// The clients that a process has of its cluster: those of the embedded one, with what can go wrong between a process and
/// brokers. What is appended is on its way until a poll or a flush delivers it.
[[nodiscard]] std::shared_ptr<kafka::client_supplier> make_simulated_clients(
    std::shared_ptr<simulated_process> process);

} // namespace streams::inline v0::simulated
