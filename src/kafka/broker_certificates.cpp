#include "src/kafka/broker_certificates.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace streams::inline v0::kafka {

namespace {

/// OpenSSL's X509_V_ERR_*, which never change.
enum x509_error {
    unable_to_get_issuer = 2,
    not_yet_valid = 9,
    has_expired = 10,
    self_signed = 18,
    self_signed_in_chain = 19,
    unable_to_get_issuer_locally = 20,
    unable_to_verify_leaf = 21,
    revoked = 23,
    untrusted = 27,
    host_mismatch = 62,
    address_mismatch = 64,
};

/// Cause and remedy.
std::pair<std::string, std::string_view> words_of(int error) {
    constexpr std::string_view trust =
        "set ssl.ca.location to a PEM file with the authority that has issued it, or ssl.truststore.location with "
        "ssl.truststore.type=PEM";
    switch (error) {
    case not_yet_valid:
        return {"is not valid yet", "correct this machine's clock, or give the broker another one"};
    case has_expired:
        return {"has expired", "give the broker a new one, or correct this machine's clock"};
    case unable_to_get_issuer:
    case self_signed:
    case self_signed_in_chain:
    case unable_to_get_issuer_locally:
    case unable_to_verify_leaf:
    case untrusted:
        return {"is of an authority that is not trusted here", trust};
    case revoked:
        return {"is revoked", "give the broker a new one"};
    case host_mismatch:
    case address_mismatch:
        return {"is for another host",
                "reach the broker by a name that stands in its certificate, in bootstrap.servers and in its "
                "advertised.listeners, or give it one with this name"};
    default:
        return {concat("is refused with OpenSSL's error ", error), trust};
    }
}

} // namespace

void broker_certificates::refused(std::string_view broker, int error, int depth) noexcept {
    try {
        const std::lock_guard lock(mutex_);
        refusals_.insert_or_assign(std::string(broker), refusal{error, depth});
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): librdkafka's sentence is there
    }
}

std::string broker_certificates::reason_of(std::string_view text) const {
    if (text.find("certificate verify failed") == text.npos) return {};
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find_if(
        refusals_, [&](const auto& one) { return text.find(concat("//", one.first, "/")) != text.npos; });
    if (found == refusals_.end()) return {};
    const auto [error, depth] = found->second;
    const auto [cause, remedy] = words_of(error);
    const bool of_authority = depth > 0 && (error == has_expired || error == not_yet_valid || error == revoked);
    return concat("the certificate of the broker ", found->first, of_authority ? " is of an authority whose own " : " ",
                  cause, "; ", remedy);
}

} // namespace streams::inline v0::kafka
