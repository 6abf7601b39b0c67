#include "kafka_fixture.hpp"
#include "runtime/messages.hpp"
#include "runtime/temporary_folder.hpp"
#include "runtime/world.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/runtime/kafka_streams.hpp>
#include <streams/serde/standard.hpp>

#include <map>
#include <string>
#include <vector>

using namespace streams;
using namespace streams::tests;
using testing_support::eventually;
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

namespace {

/// An application that copies the first topic to another one, with a topic for its dead letters.
struct copying_application {
    explicit copying_application(std::map<std::string, std::string> of_output = {}) {
        t.create(out, 1, std::move(of_output));
        t.create(dead, 1);
        config = t.config;
        config.state_dir = folder.path();
        config.commit_interval = 100ms;
        config.errors_dead_letter_queue_topic_name = dead;
        config.on_production_error = resume_on_error{};
    }
    void write(const std::string& value) {
        auto producer = t.clients->make_producer({.client_id = "writer"});
        REQUIRE(producer
                    ->append({.topic = producer->open(t.topic),
                              .key = bytes_view(std::string_view("k")),
                              .value = bytes_view(std::string_view(value)),
                              .timestamp = 42})
                    .ok());
        REQUIRE(producer->flush(20s).ok());
    }
    kafka_streams started(const streams_config& with) const {
        streams_builder builder;
        builder.stream<std::string, std::string>(t.topic).to(out);
        kafka_streams app(builder.build(), with);
        app.start();
        return app;
    }
    /// The committed records of a topic, once there are as many.
    std::vector<seen_record> committed(const std::string& topic, std::size_t count) {
        auto reader = t.clients->make_consumer({.client_id = "reader", .read_committed = true});
        REQUIRE(reader->assign(std::vector<position>{{{topic, 0}, 0}}).ok());
        std::vector<seen_record> seen;
        CHECK(poll_until(*reader, seen, [&] { return seen.size() >= count; }));
        return seen;
    }
    std::vector<std::string> values(const std::string& topic, std::size_t count) {
        std::vector<std::string> found;
        for (const auto& each : committed(topic, count)) found.push_back(each.value.value_or("null"));
        return found;
    }

    kafka_fixture t;
    testing_support::temporary_folder folder;
    std::string out = unique_name("out");
    std::string dead = unique_name("dead");
    streams_config config;
};

} // namespace

TEST_CASE(
    "a record that is too large for the client is named with the setting, and dropped where the handler resumes") {
    const std::string too_large(5000, 'x');
    for (const auto guarantee : {processing_guarantee::at_least_once, processing_guarantee::exactly_once_v2}) {
        CAPTURE(static_cast<int>(guarantee));
        copying_application t;
        t.config.guarantee = guarantee;
        t.config.producer["message.max.bytes"] = "2000";
        for (const std::string& value : {std::string("a"), too_large, std::string("b")}) t.write(value);
        {
            auto strict = t.config;
            strict.on_production_error = fail_on_error{};
            kafka_streams app = t.started(strict);
            CHECK(app.wait_for(application_state::error, 60s));
            for (const auto& part : {t.out, "record 1 of " + t.t.topic + "-0", std::string("message.max.bytes")})
                CHECK(says(app.error(), part));
        }
        kafka_streams app = t.started(t.config);
        const auto written = t.values(t.out, guarantee == processing_guarantee::exactly_once_v2 ? 2 : 3);
        CHECK(written.back() == "b");
        const auto letter = t.committed(t.dead, 1).back();
        CHECK(letter.timestamp == 42);
        CHECK(letter.with.last("__streams.errors.offset")->value->text() == "1");
        CHECK(eventually([&] { return app.counts().dropped[drop_reason::production] == 1; }));
        CHECK(app.state() == application_state::running);
    }
}

TEST_CASE("exactly once, a record that the broker refuses is passed over, and all others are there once") {
    copying_application t(std::map<std::string, std::string>{{"max.message.bytes", "1000"}});
    t.config.guarantee = processing_guarantee::exactly_once_v2;
    t.config.producer["batch.size"] = "900";
    for (const std::string& value : {std::string("a"), std::string(5000, 'x'), std::string("b")}) t.write(value);
    kafka_streams app = t.started(t.config);
    CHECK(t.values(t.out, 2) == std::vector<std::string>{"a", "b"});
    CHECK(t.committed(t.dead, 1).size() == 1);
    CHECK(eventually([&] { return app.counts().dropped[drop_reason::production] == 1; }));
    t.write("c");
    CHECK(t.values(t.out, 3).back() == "c");
}

TEST_CASE("a topic that may not be written ends the application unasked, and names it and the right", "[.rights]") {
    for (const auto guarantee : {processing_guarantee::at_least_once, processing_guarantee::exactly_once_v2}) {
        CAPTURE(static_cast<int>(guarantee));
        copying_application t;
        t.config.guarantee = guarantee;
        t.config.task_timeout = 5s; // exactly once the refusal is one of the transaction, which is tried again
        t.t.let_only_read(t.out);
        t.write("a");
        bool asked = false;
        t.config.on_production_error = [&](const unwritable_record&, const std::exception&) {
            asked = true;
            return handler_response::resume;
        };
        kafka_streams app = t.started(t.config);
        CHECK(app.wait_for(application_state::error, 60s));
        INFO(app.error());
        for (const auto& part : {t.out, std::string("grant this client's principal access")})
            CHECK(says(app.error(), part));
        CHECK_FALSE(asked);
    }
}

TEST_CASE("a dead-letter topic that may not be written ends the application", "[.rights]") {
    copying_application t;
    t.config.producer["message.max.bytes"] = "2000";
    t.t.let_only_read(t.dead);
    t.write(std::string(5000, 'x'));
    kafka_streams app = t.started(t.config);
    CHECK(app.wait_for(application_state::error, 60s));
    INFO(app.error());
    for (const auto& part : {t.dead, "the dead letter of record 0 of " + t.t.topic + "-0",
                             std::string("grant this client's principal access")})
        CHECK(says(app.error(), part));
}
