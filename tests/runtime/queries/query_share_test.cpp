#include "catch.hpp"

#include "src/runtime/queries/query_share.hpp"

using namespace streams;

TEST_CASE("queries are paid for with as many records as keys were read") {
    query_share share;
    CHECK_FALSE(share.owes_records(1'000));
    share.answered(3, 1'000, 1'000);
    CHECK(share.owes_records(1'000));
    share.processed(2);
    CHECK(share.owes_records(1'000));
    share.processed(1);
    CHECK_FALSE(share.owes_records(1'000));
}

TEST_CASE("an answer that takes long is paid for with as much time for records") {
    query_share share;
    share.answered(1, 1'000, 1'200);
    share.processed(1'000);
    CHECK(share.owes_records(1'399));
    CHECK_FALSE(share.owes_records(1'400));
}

TEST_CASE("no query waits for several records that take long") {
    query_share share;
    share.answered(100, 1'000, 1'000);
    share.processed(1);
    CHECK_FALSE(share.owes_records(1'000 + query_share::longest_wait_ms));
}

TEST_CASE("queries are answered at once where there is nothing to process") {
    query_share share;
    share.answered(100, 1'000, 1'200);
    share.forgive();
    CHECK_FALSE(share.owes_records(1'200));
}
