// The program that bench/peer measures beside Kafka Streams: one topology, run until SIGTERM.
//
//   streams_peer WORKLOAD BOOTSTRAP APP_ID STATE_DIR [key=value ...]
//
// bench/peer/README.md lists workloads and keys; a key with a dot in it goes to the configuration unchanged.

#include "state/disk/rocksdb_backing.hpp"

#include <streams/core/clock.hpp>
#include <streams/json/json.hpp>
#include <streams/streams.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>

using namespace std::chrono_literals;

namespace {

struct payment {
    std::string card;
    double amount = 0;
    std::string merchant;
};

struct alert {
    std::string card;
    std::int64_t window = 0;
    std::int64_t count = 0;
};

} // namespace

template <>
struct streams::json_members<payment> {
    static constexpr auto members =
        std::tuple{streams::json_member{"card", &payment::card}, streams::json_member{"amount", &payment::amount},
                   streams::json_member{"merchant", &payment::merchant}};
};
template <>
struct streams::json_members<alert> {
    static constexpr auto members =
        std::tuple{streams::json_member{"card", &alert::card}, streams::json_member{"window", &alert::window},
                   streams::json_member{"count", &alert::count}};
};
template <>
struct streams::serde<payment> : streams::json<payment> {};
template <>
struct streams::serde<alert> : streams::json<alert> {};

namespace {

using std::string;
using std::string_view;
using settings = std::map<string, string>;

constexpr streams::tumbling five_minutes{.size = 5min, .grace = 1min};

/// One allocation, where + would make two.
string joined(string_view a, string_view b, string_view c = {}) {
    string whole;
    whole.reserve(a.size() + b.size() + c.size());
    return whole.append(a).append(b).append(c);
}

// The nodes are made in the order of the Java peer's, since internal names are numbered.
streams::topology build(string_view workload, const string& name) {
    streams::streams_builder builder;
    if (workload == "stateless") {
        builder.stream<string_view, string_view>(name + "-in")
            .filter([](string_view value) { return !value.starts_with('x'); })
            .map_values([](string_view value) { return joined(value, "!"); })
            .to(name + "-out");
    } else if (workload == "count" || workload == "count-nocache") {
        builder.stream<string, string_view>(name + "-in")
            .group_by_key()
            .windowed_by(five_minutes)
            .count()
            .to_stream([](const auto& at, auto) { return streams::concat(at.key, '@', at.window.start); })
            .to(name + "-out");
    } else if (workload == "enrich") {
        auto left = builder.stream<string, string_view>(name + "-in");
        auto right = builder.table<string, string>(name + "-table");
        left.join(right, [](string_view l, const string& r) { return joined(l, "|", r); }).to(name + "-out");
    } else if (workload == "join") {
        auto right = builder.stream<string, string>(name + "-right");
        builder.stream<string, string>(name + "-left")
            .join(
                right, [](const string& l, const string& r) { return joined(l, "|", r); },
                streams::join_windows{.before = 5s, .after = 5s, .grace = 1s})
            .to(name + "-out");
    } else if (workload == "fraud") {
        builder.stream<string, payment>(name + "-in")
            .filter([](const payment& p) { return p.amount > 0; })
            .group_by_key()
            .windowed_by(five_minutes)
            .count()
            .to_stream()
            .filter([](auto count) { return count > 3; })
            .map([](const auto& at, auto count) {
                return std::pair{streams::concat(at.key, '@', at.window.start), alert{at.key, at.window.start, count}};
            })
            .to(name + "-out");
    } else if (workload == "restore") {
        builder.table<string, string>(name + "-table", streams::materialized{.name = "store"});
    } else {
        throw std::invalid_argument("unknown workload " + string(workload));
    }
    return builder.build();
}

settings properties_of(string_view workload, const settings& options) {
    settings properties{{"auto.offset.reset", "earliest"},
                        // The records are of 2023: their windows must not be deleted by age.
                        {"windowstore.changelog.additional.retention.ms", "3153600000000"}};
    if (workload == "count-nocache") properties["statestore.cache.max.bytes"] = "0";
    const settings short_names{{"threads", "num.stream.threads"},
                               {"guarantee", "processing.guarantee"},
                               {"commit_ms", "commit.interval.ms"},
                               {"cache_bytes", "statestore.cache.max.bytes"},
                               {"linger_ms", "producer.linger.ms"}};
    for (const auto& [key, value] : options) {
        if (key == "name") continue;
        if (const auto known = short_names.find(key); known != short_names.end())
            properties[known->second] = value;
        else if (key.find('.') != string::npos)
            properties[key] = value;
        else
            throw std::invalid_argument("unknown option " + key);
    }
    return properties;
}

/// Counts what is restored, over all stores and threads, and reports it whenever all tasks run.
class restoration {
public:
    streams::restore_listener listener() {
        return {.on_restore_start =
                    [this](const auto&) {
                        std::int64_t none = 0;
                        first_.compare_exchange_strong(none, now_ms());
                    },
                .on_restore_end =
                    [this](const streams::restore_progress& now) {
                        rows_ += now.rows;
                        last_ = now_ms();
                    }};
    }
    void report() const {
        std::printf("RUNNING %lld %lld\n", static_cast<long long>(rows_), static_cast<long long>(last_ - first_));
        std::fflush(stdout);
    }

private:
    static std::int64_t now_ms() { return streams::system_clock().steady_ms(); }
    std::atomic<std::int64_t> rows_ = 0, first_ = 0, last_ = 0;
};

int run(int argc, char** argv) {
    if (argc < 5)
        throw std::invalid_argument("usage: streams_peer WORKLOAD BOOTSTRAP APP_ID STATE_DIR [key=value ...]");
    const string workload = argv[1];
    settings options{{"name", workload}};
    for (int i = 5; i < argc; ++i) {
        const string option = argv[i];
        const auto equals = option.find('=');
        if (equals == string::npos) throw std::invalid_argument("not key=value: " + option);
        options[option.substr(0, equals)] = option.substr(equals + 1);
    }
    settings properties = properties_of(workload, options);
    properties["bootstrap.servers"] = argv[2];
    properties["application.id"] = argv[3];
    properties["state.dir"] = argv[4];

    streams::kafka_streams app{build(workload, options.at("name")),
                               streams::streams_config::from_properties(properties)};
    const auto rocksdb = streams::linked_rocksdb();
    std::fprintf(stderr, "streams_peer: RocksDB %s, %s\n", rocksdb.version.c_str(),
                 rocksdb.assertions ? "assertions on" : "release build");
    restoration restored;
    app.set_restore_listener(restored.listener());
    app.set_state_listener([&](streams::application_state now, streams::application_state) {
        if (now == streams::application_state::running) restored.report();
    });
    return app.run_until_signal();
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "streams_peer: %s\n", error.what());
        return 2;
    }
}
