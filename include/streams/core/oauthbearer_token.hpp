#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>

namespace streams::inline v0 {

/// What a client logs in with where sasl.mechanism is OAUTHBEARER (Kafka's `OAuthBearerToken`).
struct oauthbearer_token {
    /// Mostly a JWT in its compact form; printable ASCII. A secret: it stands in no log and no error.
    std::string value;
    /// Later than now. The next one is asked for when four fifths of the time until then have gone, or a second before if that
    /// is earlier.
    std::chrono::sys_time<std::chrono::milliseconds> expires_at;
    std::string principal_name{}; ///< for messages of the client: the broker knows its principal from the value
    /// SASL extensions (KIP-342): names are of letters, and none is auth.
    std::map<std::string, std::string> extensions{};
};

/// Gives a token, from an identity provider say (Kafka's `AuthenticateCallbackHandler`). It is called on threads of the
/// library, never by two at once, before an application's first connection and until its last one is closed; one token
/// serves all its clients. It may wait, for seconds at most: a client that ends waits for it. What it throws is a line of
/// the log at level WARN; it is called again within 10 s, and what is connected stays so.
using oauthbearer_token_callback = std::function<oauthbearer_token()>;

} // namespace streams::inline v0
