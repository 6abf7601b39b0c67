#include "catch.hpp"
#include "src/kafka/broker_certificates.hpp"

using streams::kafka::broker_certificates;

namespace {

constexpr auto failure =
    "ssl://b1:9093/bootstrap: SSL handshake failed: error:0A000086:SSL routines::certificate verify "
    "failed: broker certificate could not be verified (after 3ms in state SSL_HANDSHAKE)";

std::string reason(int error, int depth = 0) {
    broker_certificates certificates;
    certificates.refused("b1:9093", error, depth);
    certificates.refused("b1:90931", 10, 0);
    return certificates.reason_of(failure);
}

} // namespace

TEST_CASE("a refused certificate is told by what is wrong with it, and what to do") {
    CHECK_THAT(reason(10), containing("the certificate of the broker b1:9093 has expired; give the broker a new one"));
    CHECK_THAT(reason(10, 1), containing("is of an authority whose own has expired"));
    CHECK_THAT(reason(9), containing("is not valid yet; correct this machine's clock"));
    for (const int error : {2, 18, 19, 20, 21, 27})
        CHECK_THAT(reason(error, 1),
                   containing("b1:9093 is of an authority that is not trusted here; set ssl.ca.location"));
    for (const int error : {62, 64})
        CHECK_THAT(reason(error), containing("is for another host; reach the broker by a name"));
    CHECK_THAT(reason(23), containing("is revoked"));
    CHECK_THAT(reason(77), containing("OpenSSL's error 77"));
}

TEST_CASE("another failure, or that of a broker whose certificate was not refused, has no such reason") {
    broker_certificates certificates;
    CHECK(certificates.reason_of(failure) == "");
    certificates.refused("b1:9093", 10, 0);
    CHECK(certificates.reason_of("ssl://b1:9093/bootstrap: Connection refused") == "");
    CHECK(certificates.reason_of("ssl://b2:9093/bootstrap: certificate verify failed") == "");
}
