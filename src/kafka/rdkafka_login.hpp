#pragma once

#include "src/kafka/rdkafka_outages.hpp"
#include "src/kafka/rdkafka_ptr.hpp"
#include "src/kafka/token_source.hpp"

#include <atomic>
#include <cstdint>
#include <string>

namespace streams::inline v0::kafka {

/// The login of one client with tokens. Thread-safe.
class rdkafka_login {
public:
    rdkafka_login(token_source& tokens, outage_log& outages) : tokens_(tokens), outages_(outages) {}

    /// Whether there is somebody who gives tokens.
    [[nodiscard]] bool is_given() const noexcept { return static_cast<bool>(tokens_); }
    /// Of a client that is to be made.
    static void prepare(rd_kafka_conf_t* conf);
    /// Of one that was: its tokens are asked for on librdkafka's background thread, whether or not anybody polls it.
    void start(rd_kafka_t* client);

    /// Hands the client a token, or tells it and the log why there is none.
    void refresh(rd_kafka_t* client) noexcept;
    /// Whether the client's last token has expired: that a broker refuses it passes with the next.
    [[nodiscard]] bool has_expired() const noexcept;

private:
    [[nodiscard]] std::string failure_to_refresh(rd_kafka_t* client);
    void give_up(rd_kafka_t* client, const std::string& why);

    token_source& tokens_;
    outage_log& outages_;
    std::atomic<std::int64_t> expires_at_ms_{0}; ///< wall; 0: there was none yet
};

} // namespace streams::inline v0::kafka
