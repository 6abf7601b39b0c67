#pragma once

#include "src/embedded/cluster.hpp"
#include "src/kafka/client.hpp"

#include <memory>

namespace streams::inline v0::embedded {

/// The clients of an embedded cluster; they keep it alive.
[[nodiscard]] std::shared_ptr<kafka::client_supplier> make_clients(std::shared_ptr<cluster> cluster);

} // namespace streams::inline v0::embedded
