#include "catch.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"

#include <streams/core/error.hpp>

using namespace streams;
using testing_support::count_topology;
using testing_support::eventually;
using testing_support::world;

namespace {

rocksdb_config_setter of_each(rocksdb_settings settings) {
    return [settings = std::move(settings)](std::string_view) { return settings; };
}

} // namespace

TEST_CASE("an option that RocksDB refuses of a store ends an application before it begins") {
    world w;
    auto config = w.config();
    config.rocksdb_config = of_each({.options = {{"compresion", "kZSTD"}}});
    CHECK_THROWS_AS(kafka_streams(count_topology(true), config, w.cluster.clients()), config_error);
    CHECK_THROWS_WITH(kafka_streams(count_topology(true), config, w.cluster.clients()),
                      containing("rocksdb_config says compresion=kZSTD of store counts"));
    CHECK_NOTHROW(kafka_streams(count_topology(false), config, w.cluster.clients()));
}

TEST_CASE("an application tells what RocksDB has counted of a store, all its partitions together") {
    world w(3);
    auto config = w.config();
    config.rocksdb_config = of_each({.statistics = true});
    kafka_streams app = w.run(count_topology(true), config);
    for (int key = 0; key < 50; ++key) w.produce(std::to_string(key), "x");
    REQUIRE(eventually([&] { return w.out().size() >= 50; }));
    const auto written = [&] {
        const auto counted = app.counts().rocksdb;
        const auto store = counted.find("counts");
        return store == counted.end() ? 0 : store->second.at("rocksdb.number.keys.written");
    };
    CHECK(eventually([&] { return written() > 3; }));
}
