#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace streams::inline v0::kafka {

/// What TLS holds against the certificates of brokers: librdkafka has one sentence for whatever it is. Thread-safe.
class broker_certificates {
public:
    /// `broker` as HOST:PORT; `error`: OpenSSL's number (X509_V_ERR_*); `depth`: 0 of the broker's own certificate, more of
    /// an authority's above it. Never throws: what it has no memory for is forgotten.
    void refused(std::string_view broker, int error, int depth) noexcept;

    /// What is to be said of a connection that `text`, librdkafka's, says has failed: cause and remedy where a broker's
    /// certificate was refused, else nothing.
    [[nodiscard]] std::string reason_of(std::string_view text) const;

private:
    struct refusal {
        int error = 0;
        int depth = 0;
    };
    mutable std::mutex mutex_;
    std::map<std::string, refusal, std::less<>> refusals_; ///< the last one, by broker
};

} // namespace streams::inline v0::kafka
