#include "catch.hpp"

#include "src/runtime/commit/commit_metadata.hpp"

using streams::commit_metadata;
using streams::decode_commit_metadata;

TEST_CASE("commit metadata has Kafka Streams' bytes") {
    // As Kafka Streams 4.4.0 committed them (bench/peer/take_over.py): 0x02, the time as int64, and no processor metadata
    CHECK(encode(commit_metadata{1'700'000'005'999}) == "AgAAAYvP5X9v");
    CHECK(encode(commit_metadata{1000, {{"a", 1}}}) == "AgAAAAAAAAPoAAAAAQAAAAFhAAAAAAAAAAE=");
}

TEST_CASE("commit metadata survives its text") {
    const commit_metadata both{1'700'000'000'123, {{"counts", 42}, {"sums", -1}}};
    CHECK(decode_commit_metadata(encode(both)) == both);
    CHECK(decode_commit_metadata(encode(commit_metadata{})) == commit_metadata{});
}

TEST_CASE("metadata that says that there is no processor metadata is read") {
    CHECK(decode_commit_metadata("AgAAAAAAAAPoAAAAAA==") == commit_metadata{1000});
}

TEST_CASE("version 1 of commit metadata holds the partition time only") {
    CHECK(decode_commit_metadata("AQAAAAAAAAPo") == commit_metadata{1000});
}

TEST_CASE("metadata that is empty, cut, unknown or no base64 counts as unknown") {
    for (const char* text : {"", "Ag==", "AgAAAAAA", "CQAAAAAAAAPo", "not base64!", "AgAAAAAAAAPoAAAAAgAA"})
        CHECK(decode_commit_metadata(text) == commit_metadata{});
}
