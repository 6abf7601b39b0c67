#include "catch.hpp"

#include <streams/core/partitioner.hpp>

#include <string>

using streams::bytes_view;

TEST_CASE("murmur2 gives Java Kafka's numbers") {
    // The vectors of Kafka's own UtilsTest.testMurmur2.
    const auto hash = [](std::string_view text) { return streams::murmur2(bytes_view(text)); };
    CHECK(hash("21") == -973932308);
    CHECK(hash("foobar") == -790332482);
    CHECK(hash("a-little-bit-long-string") == -985981536);
    CHECK(hash("a-little-bit-longer-string") == -1486304829);
    CHECK(hash("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8") == -58897971);
    CHECK(hash("abc") == 479470107);
}

TEST_CASE("murmur2 takes bytes as unsigned") {
    // org.apache.kafka.common.utils.Utils.murmur2 of {-1}, {-1, -2, -3, -4, -5} and of no bytes.
    const std::string high("\xff\xfe\xfd\xfc\xfb", 5);
    CHECK(streams::murmur2(bytes_view(std::string_view(high).substr(0, 1))) == -311467685);
    CHECK(streams::murmur2(bytes_view(high)) == 524068735);
    CHECK(streams::murmur2(bytes_view()) == 275646681);
}

TEST_CASE("a key whose hash is negative goes to the partition of its hash without the sign") {
    CHECK(streams::partition_of(bytes_view(std::string_view("foobar")), 8) == ((-790332482) & 0x7fffffff) % 8);
    CHECK(streams::partition_of(bytes_view(std::string_view("foobar")), 1) == 0);
}
