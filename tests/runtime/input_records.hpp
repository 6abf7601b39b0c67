#pragma once

#include "src/kafka/client.hpp"

#include <memory>
#include <string>
#include <vector>

namespace streams::testing_support {

/// A record of an input partition, as a test writes it.
struct input_record {
    std::int64_t offset;
    std::int64_t timestamp;
    std::string key = "k";
    std::string value = "v";
};

/// A batch that owns copies of the records.
inline kafka::record_batch batch_of(topic_partition source, std::vector<input_record> content) {
    auto memory = std::make_shared<std::vector<input_record>>(std::move(content));
    std::vector<record_view> views;
    for (const input_record& each : *memory)
        views.push_back({each.offset, each.timestamp, bytes_view(each.key), bytes_view(each.value)});
    return {std::move(source), std::move(views), memory};
}

} // namespace streams::testing_support
