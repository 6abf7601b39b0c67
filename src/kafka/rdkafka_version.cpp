#include "src/kafka/rdkafka_version.hpp"

namespace streams::inline v0::kafka {

namespace {

constexpr int version_of(int major, int minor, int patch) { return major << 24 | minor << 16 | patch << 8; }

/// The version that is loaded, which may be newer than the one compiled against.
int loaded_version() noexcept { return rd_kafka_version() & ~0xff; }

} // namespace

void fetch_waker::wake() const noexcept {
    if (!client_) return;
    // Renewing the credentials, with the same ones, is the public call that wakes every broker thread and sends nothing.
    rd_kafka_error_destroy(rd_kafka_sasl_set_credentials(client_, sasl_username_.c_str(), sasl_password_.c_str()));
}

client_settings consumer_defaults_of_version() {
    client_settings defaults;
    if (loaded_version() >= version_of(2, 2, 0)) defaults["fetch.queue.backoff.ms"] = "5";
    return defaults;
}

bool resume_needs_seek() noexcept {
    return loaded_version() >= version_of(2, 2, 0) && loaded_version() <= version_of(2, 14, 0);
}

bool scram_is_refused_by_kafka_4() noexcept { return loaded_version() < version_of(2, 6, 1); }

int seek_timeout(int timeout_ms) noexcept {
    return loaded_version() < version_of(2, 1, 0) ? timeout_ms * 1000 : timeout_ms;
}

} // namespace streams::inline v0::kafka
