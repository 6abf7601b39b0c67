#include "catch.hpp"

#include "state/disk/rocksdb_background.hpp"

using rocksdb::BackgroundErrorReason;
using streams::rocksdb_background;

namespace {

rocksdb::CompactionJobInfo merge_that(const rocksdb::Status& ended) {
    rocksdb::CompactionJobInfo merge;
    merge.status = ended;
    return merge;
}

} // namespace

TEST_CASE("work in the background fails from a failure to the next success of the same work, and no longer") {
    rocksdb_background work;
    auto full = rocksdb::Status::NoSpace();
    CHECK_FALSE(work.fails());
    work.OnBackgroundError(BackgroundErrorReason::kCompaction, &full);
    CHECK(work.fails());
    work.OnCompactionCompleted(nullptr, merge_that(full));
    CHECK(work.fails());
    work.OnFlushCompleted(nullptr, {});
    CHECK(work.fails());
    work.OnCompactionCompleted(nullptr, merge_that(rocksdb::Status::OK()));
    CHECK_FALSE(work.fails());

    work.OnBackgroundError(BackgroundErrorReason::kFlush, &full);
    work.OnCompactionCompleted(nullptr, merge_that(rocksdb::Status::OK()));
    CHECK(work.fails());
    work.OnFlushCompleted(nullptr, {});
    CHECK_FALSE(work.fails());
}
