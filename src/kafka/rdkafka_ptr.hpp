#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>

namespace streams::inline v0::kafka {

/// Destroys an object of librdkafka by its own function; null is no object.
template <auto Destroy>
struct rdkafka_deleter {
    template <class Object>
    void operator()(Object* object) const noexcept {
        Destroy(object);
    }
};

using admin_options_ptr = std::unique_ptr<rd_kafka_AdminOptions_t, rdkafka_deleter<rd_kafka_AdminOptions_destroy>>;
using conf_ptr = std::unique_ptr<rd_kafka_conf_t, rdkafka_deleter<rd_kafka_conf_destroy>>;
using error_ptr = std::unique_ptr<rd_kafka_error_t, rdkafka_deleter<rd_kafka_error_destroy>>;
using event_ptr = std::unique_ptr<rd_kafka_event_t, rdkafka_deleter<rd_kafka_event_destroy>>;
using group_list_ptr = std::unique_ptr<const rd_kafka_group_list, rdkafka_deleter<rd_kafka_group_list_destroy>>;
using headers_ptr = std::unique_ptr<rd_kafka_headers_t, rdkafka_deleter<rd_kafka_headers_destroy>>;
using queue_ptr = std::unique_ptr<rd_kafka_queue_t, rdkafka_deleter<rd_kafka_queue_destroy>>;
using topic_ptr = std::unique_ptr<rd_kafka_topic_t, rdkafka_deleter<rd_kafka_topic_destroy>>;
using metadata_ptr = std::unique_ptr<const rd_kafka_metadata_t, rdkafka_deleter<rd_kafka_metadata_destroy>>;
using partition_list_ptr =
    std::unique_ptr<rd_kafka_topic_partition_list_t, rdkafka_deleter<rd_kafka_topic_partition_list_destroy>>;

} // namespace streams::inline v0::kafka
