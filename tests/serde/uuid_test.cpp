#include "catch.hpp"

#include <streams/serde/uuid.hpp>

using streams::uuid;

TEST_CASE("a uuid is written as the 36 characters of its text") {
    const auto id = uuid::parse("123e4567-E89B-12d3-a456-426614174000");
    streams::bytes out;
    streams::serde<uuid>::serialize(id, out);
    CHECK(out.text() == "123e4567-e89b-12d3-a456-426614174000");
    CHECK(id.octets[0] == 0x12);
    CHECK(id.octets[15] == 0x00);
    CHECK(streams::serde<uuid>::deserialize(out) == id);
}

TEST_CASE("text that is no uuid is refused") {
    for (const auto* text : {"", "123e4567-e89b-12d3-a456-42661417400", "123e4567-e89b-12d3-a456-42661417400g",
                             "123e4567ee89b-12d3-a456-426614174000", "123e4567-e89b-12d3-a456-4266141740000"})
        CHECK_THROWS_AS(uuid::parse(text), streams::serialization_error);
}
