#include "kafka_fixture.hpp"
#include "runtime/messages.hpp"
#include "runtime/temporary_folder.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/runtime/kafka_streams.hpp>
#include <streams/serde/standard.hpp>

using namespace streams;
using namespace streams::tests;
using testing_support::says;

namespace {

/// The error of an application that copies the first topic by `to`.
template <class To>
std::string error_of(kafka_fixture& t, const To& to) {
    const testing_support::temporary_folder folder;
    streams_config config = t.config;
    config.state_dir = folder.path();
    config.commit_interval = 100ms;
    config.task_timeout = 3s;
    streams_builder builder;
    to(builder.stream<std::string, std::string>(t.topic));
    kafka_streams app(builder.build(), config);
    app.start();
    CHECK(app.wait_for(application_state::error, 60s));
    return app.error();
}

} // namespace

TEST_CASE("a record whose timestamp the broker refuses is named with its time, its origin and the remedy") {
    kafka_fixture t;
    const auto out = unique_name("strict");
    t.create(out, 1, {{"message.timestamp.before.max.ms", "60000"}});
    t.write(7, 8); // a time of 1970
    const auto error = error_of(t, [&](auto in) { in.to(out); });
    INFO(error);
    for (const auto& part : {out + "-0", std::string("timestamp 7"), "record 0 of " + t.topic + "-0",
                             std::string("message.timestamp.before.max.ms"), std::string("LogAppendTime")})
        CHECK(says(error, part));
}

TEST_CASE("a topic that a function names and that does not exist is named when task.timeout.ms is over") {
    kafka_fixture t;
    const auto missing = unique_name("missing");
    t.write(0, 3);
    const auto error =
        error_of(t, [&](auto in) { in.to([missing](const std::string&, const std::string&) { return missing; }); });
    INFO(error);
    CHECK(says(error, missing));
    CHECK(says(error, "create"));
}
