#pragma once

#include "simulation/seeded_scheduler.hpp"

#include "src/kafka/client.hpp"

#include <memory>

namespace streams::simulation {

/// The clients of `real`, every call of which is a yield point of `scheduler`, before and after: a thread may be abandoned
/// with its call not made, or made and not answered. `scheduler` outlives them.
[[nodiscard]] std::shared_ptr<kafka::client_supplier> make_yielding_clients(
    std::shared_ptr<kafka::client_supplier> real, seeded_scheduler& scheduler);

} // namespace streams::simulation
