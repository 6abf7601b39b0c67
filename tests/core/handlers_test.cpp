#include "catch.hpp"

#include <streams/core/config.hpp>
#include <streams/core/error.hpp>
#include <streams/core/handlers.hpp>

#include <stdexcept>
#include <string>
#include <vector>

using namespace streams;

namespace {

struct bad_amount : std::runtime_error {
    using std::runtime_error::runtime_error;
};

std::string text(const std::optional<bytes>& value) { return value ? std::string(value->text()) : "null"; }

std::vector<std::pair<std::string, std::string>> texts(const headers& of) {
    std::vector<std::pair<std::string, std::string>> found;
    for (const auto& [key, value] : of) found.emplace_back(key, text(value));
    return found;
}

/// Of an error with a cause.
std::vector<dead_letter> letters_of_nested(const undecodable_record& failed) {
    try {
        try {
            throw std::invalid_argument("7 digits at most");
        } catch (...) {
            std::throw_with_nested(serialization_error("the value does not decode"));
        }
    } catch (const std::exception& error) {
        return dead_letters_of(failed, error);
    }
}

const std::string key = "k";
const std::string value = "12345678";
const headers sent_with{{"trace", bytes("a")}};
const record_view input{.offset = 41,
                        .timestamp = 7,
                        .key = bytes_view(std::string_view(key)),
                        .value = bytes_view(std::string_view(value)),
                        .headers = &sent_with};

} // namespace

TEST_CASE("a dead letter has the input's bytes and time, and says what was wrong with it in Kafka's headers") {
    const undecodable_record failed{{0, 3}, "source", {"in", 3, 41}, input, "bad"};
    const auto letters = letters_of_nested(failed);
    REQUIRE(letters.size() == 1);
    CHECK(letters[0].topic == "bad");
    CHECK(text(letters[0].key) == key);
    CHECK(text(letters[0].value) == value);
    CHECK(letters[0].timestamp == 7);
    CHECK_FALSE(letters[0].partition);
    const std::vector<std::pair<std::string, std::string>> expected{
        {"trace", "a"},
        {"__streams.errors.exception", "streams::serialization_error"},
        {"__streams.errors.message", "the value does not decode"},
        {"__streams.errors.stacktrace", "streams::serialization_error: the value does not decode\n"
                                        "Caused by: std::invalid_argument: 7 digits at most\n"},
        {"__streams.errors.topic", "in"},
        {"__streams.errors.partition", "3"},
        {"__streams.errors.offset", "41"},
    };
    CHECK(texts(letters[0].headers) == expected);
}

TEST_CASE("the dead letter of a punctuation has its time, and nulls for the input record that there is not") {
    const unprocessable_record failed{{0, 3}, "node", {}, 99, sent_with, nullptr, "bad"};
    const auto letters = dead_letters_of(failed, bad_amount("too much"));
    REQUIRE(letters.size() == 1);
    CHECK_FALSE(letters[0].key);
    CHECK_FALSE(letters[0].value);
    CHECK(letters[0].timestamp == 99);
    const auto found = texts(letters[0].headers);
    REQUIRE(found.size() == 7);
    CHECK(found[1].second.ends_with("bad_amount"));
    CHECK(found[4] == std::pair<std::string, std::string>("__streams.errors.topic", "null"));
    CHECK(found[5].second == "-1");
    CHECK(found[6].second == "-1");
}

TEST_CASE("without a topic for them there are no dead letters") {
    CHECK(dead_letters_of(undecodable_record{{}, "source", {"in", 3, 41}, input}, bad_amount("")).empty());
    CHECK(dead_letters_of(unprocessable_record{{}, "node", {}, 99, sent_with, nullptr}, bad_amount("")).empty());
}

TEST_CASE("the handlers that fail or resume answer with the dead letter, and have what may pass tried again") {
    const undecodable_record failed{{}, "source", {"in", 3, 41}, input, "bad"};
    CHECK(fail_on_error{}(failed, bad_amount("")).response == handler_response::fail);
    CHECK(fail_on_error{}(failed, bad_amount("")).dead_letters.size() == 1);
    CHECK(resume_on_error{}(failed, bad_amount("")).response == handler_response::resume);
    CHECK(resume_on_error{}(failed, bad_amount("")).dead_letters.size() == 1);

    unwritable_record unwritten{.task = {},
                                .node = "sink",
                                .metadata = {"in", 3, 41},
                                .record = nullptr,
                                .step = production_step::sending,
                                .output = {.topic = "out", .timestamp = 8, .headers = sent_with},
                                .retriable = false,
                                .dead_letter_topic = "bad"};
    const auto lost = resume_on_error{}(unwritten, bad_amount(""));
    CHECK(lost.response == production_response::resume);
    REQUIRE(lost.dead_letters.size() == 1);
    CHECK(lost.dead_letters[0].timestamp == 8);
    CHECK_FALSE(lost.dead_letters[0].value);
    CHECK(fail_on_error{}(unwritten, bad_amount("")).response == production_response::fail);
    unwritten.retriable = true;
    for (const auto& answer :
         {fail_on_error{}(unwritten, bad_amount("")), resume_on_error{}(unwritten, bad_amount(""))}) {
        CHECK(answer.response == production_response::retry);
        CHECK(answer.dead_letters.empty());
    }
}

TEST_CASE("a handler answers with a response alone, or with records beside it") {
    streams_config config;
    config.on_deserialization_error = [](const undecodable_record&, const std::exception&) {
        return handler_response::resume;
    };
    config.on_processing_error = [](const unprocessable_record&, const std::exception&) -> handler_answer {
        return {handler_response::resume, {dead_letter{.topic = "bad", .value = bytes("x")}}};
    };
    config.on_production_error = [](const unwritable_record&, const std::exception&) { return handler_response::fail; };
    const undecodable_record failed{{}, "source", {"in", 3, 41}, input};
    CHECK(config.on_deserialization_error(failed, bad_amount("")).dead_letters.empty());
    const unprocessable_record other{{}, "node", {}, 99, sent_with, nullptr};
    CHECK(config.on_processing_error(other, bad_amount("")).dead_letters.at(0).topic == "bad");
    config.on_production_error = [](const unwritable_record& record, const std::exception&) {
        return record.retriable ? production_response::retry : production_response::resume;
    };
}
