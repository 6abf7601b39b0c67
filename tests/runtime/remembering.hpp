#pragma once

#include "catch.hpp"
#include "runtime/world.hpp"

#include <streams/state/key_value_store.hpp>
#include <streams/topology/processor_api.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace streams::testing_support {

/// Writes each record into two stores, one of which has no changelog, and forwards what they held before.
class remembering final : public processor<std::string, std::string, std::string, std::string> {
public:
    void init(context_type& context) override {
        context_ = &context;
        logged_ = &context.state_store<key_value_store>("logged");
        local_ = &context.state_store<key_value_store>("local");
    }
    void process(const record_type& r) override {
        const std::string before = replace(*logged_, r) + ' ' + replace(*local_, r);
        context_->forward(r.key, before, r.timestamp);
    }

private:
    static std::string replace(key_value_store& store, const record_type& r) {
        const bytes_view key{std::string_view(r.key)};
        const auto found = store.get(key);
        std::string before = found ? std::string(found->text().substr(0, 2)) : "nothing";
        store.put(key, bytes_view(std::string_view(r.value)));
        return before;
    }

    context_type* context_ = nullptr;
    key_value_store* logged_ = nullptr;
    key_value_store* local_ = nullptr;
};

inline topology remembering_twice() {
    topology t;
    t.add_source<std::string, std::string>("source", "in");
    t.add_processor("remember", [] { return std::make_unique<remembering>(); }, {"source"});
    t.add_store({.name = "logged", .kind = key_value_kind{.timestamped = false}, .caching = false}, {"remember"});
    t.add_store({.name = "local", .kind = key_value_kind{.timestamped = false}, .caching = false, .logging = false},
                {"remember"});
    t.add_sink<std::string, std::string>("sink", "out", {"remember"});
    return t;
}

/// A world whose application has written rows into each partition, in order of their keys, and closed.
struct written_world : world {
    static constexpr int rows = 1'000; ///< of a partition
    const std::string filler = std::string(200, 'x');

    explicit written_world(std::int32_t partitions = 1) : world(partitions) { write(partitions, "v1"); }
    /// Has an application write a value into every row of so many partitions, and closes it.
    void write(std::int32_t partitions, const std::string& value) {
        auto app = run(remembering_twice(), config());
        std::vector<std::int64_t> ends;
        for (std::int32_t partition = 0; partition < partitions; ++partition) {
            ends.push_back(std::max<std::int64_t>(committed("in", partition), 0) + rows);
            for (int row = 0; row < rows; ++row) put(partition, row, value);
        }
        for (std::int32_t partition = 0; partition < partitions; ++partition)
            REQUIRE(
                eventually([&] { return committed("in", partition) == ends[static_cast<std::size_t>(partition)]; }));
        app.close();
    }
    void put(std::int32_t partition, int row, const std::string& value) {
        cluster.produce("in", key(row), value + filler, {.timestamp = 1, .partition = partition});
    }
    static std::string key(int row) { return "key" + std::to_string(1'000 + row); }
    std::filesystem::path store(const std::string& name, int partition = 0) const {
        return config().state_dir / "app" / ("0_" + std::to_string(partition)) / name;
    }
    /// What the stores hold of a row.
    std::string seen(std::int32_t partition = 0, int row = rows / 2) {
        const std::size_t before = out().size();
        put(partition, row, "v1");
        REQUIRE(eventually([&] { return out().size() > before; }));
        return out().back();
    }
};

} // namespace streams::testing_support
