#pragma once

#include "src/kafka/rdkafka_outages.hpp"
#include "src/kafka/token_source.hpp"

#include <streams/core/config.hpp>

namespace streams::inline v0::kafka {

/// What the clients of one cluster share. Thread-safe.
struct rdkafka_cluster {
    explicit rdkafka_cluster(const streams_config& config)
        : outages(config.bootstrap_servers), tokens(config.sasl_login_callback) {}

    outage_log outages;
    token_source tokens;
};

} // namespace streams::inline v0::kafka
