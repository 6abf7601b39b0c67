#include "src/kafka/rdkafka_headers.hpp"

namespace streams::inline v0::kafka {

headers_ptr to_rdkafka(const streams::headers& from) {
    headers_ptr out{rd_kafka_headers_new(from.size())};
    for (const auto& [key, value] : from)
        rd_kafka_header_add(out.get(), key.data(), static_cast<ssize_t>(key.size()), value ? value->data() : nullptr,
                            value ? static_cast<ssize_t>(value->size()) : -1);
    return out;
}

streams::headers from_rdkafka(const rd_kafka_headers_t* from) {
    streams::headers out;
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t at = 0; rd_kafka_header_get_all(from, at, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++at)
        out.add(name,
                value ? std::optional(bytes(bytes_view(static_cast<const std::byte*>(value), size))) : std::nullopt);
    return out;
}

} // namespace streams::inline v0::kafka
