#pragma once

#include "src/kafka/rdkafka_ptr.hpp"

#include <streams/core/headers.hpp>

namespace streams::inline v0::kafka {

[[nodiscard]] headers_ptr to_rdkafka(const streams::headers& from);
[[nodiscard]] streams::headers from_rdkafka(const rd_kafka_headers_t* from);

} // namespace streams::inline v0::kafka
