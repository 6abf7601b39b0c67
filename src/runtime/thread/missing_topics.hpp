#pragma once

#include "src/kafka/client.hpp"

#include <streams/core/execution.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace streams::inline v0 {

/// Source topics that a consumer took for missing. The broker that it asked may not have heard yet of a topic that was just
/// made, or has grown, so that the cluster is asked again a little later, before anybody ends for it.
class missing_topics {
public:
    void note(const std::string& topic, execution& time);
    /// Asks about those whose time has come. `widths`: partitions by topic. Throws cluster_error for one that does not exist,
    /// or has fewer (Kafka's `MissingSourceTopicException`).
    void step(kafka::admin& admin, const std::map<std::string, std::int32_t>& widths, execution& time);
    /// When there is one to ask about, steady ms; `never`: there is none.
    [[nodiscard]] std::int64_t next() const noexcept;

private:
    std::map<std::string, std::int64_t> due_; ///< when each is asked about, steady ms
};

} // namespace streams::inline v0
