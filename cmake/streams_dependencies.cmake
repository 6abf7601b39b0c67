# What the library stands on. Each is wrapped in one target here, so that versions and spellings differ in one place.

find_package(Threads REQUIRED)
find_package(range-v3 CONFIG REQUIRED)
find_package(absl CONFIG REQUIRED)
find_package(rdkafka 2.0.2 REQUIRED)
find_package(RocksDB CONFIG REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(httplib REQUIRED IMPORTED_TARGET cpp-httplib)
find_package(simdjson CONFIG QUIET)

# The shared library where there is one: Debian's static one drags in half a dozen compression libraries.
if(TARGET RocksDB::rocksdb-shared)
    set(STREAMS_ROCKSDB_TARGET RocksDB::rocksdb-shared)
else()
    set(STREAMS_ROCKSDB_TARGET RocksDB::rocksdb)
endif()
message(STATUS "streams: RocksDB ${RocksDB_VERSION} (${RocksDB_DIR}), librdkafka ${rdkafka_VERSION}")
set(STREAMS_ABSL_TARGETS absl::flat_hash_map absl::hash absl::btree absl::inlined_vector absl::time)
