#include "catch.hpp"

#include <streams/core/error.hpp>
#include <streams/dsl/detail/aggregation/change_topic.hpp>
#include <streams/dsl/detail/foreign_key/subscription.hpp>
#include <streams/serde/standard.hpp>

using namespace streams;
using namespace streams::detail;

TEST_CASE("the hash of values is MurmurHash3 x64 128, by its published vectors") {
    const auto hashed = [](std::string_view in) { return murmur3_128(bytes_view(in), 0); };
    const auto is = [](value_hash hash, std::uint64_t first, std::uint64_t second) {
        return static_cast<std::uint64_t>(hash.first) == first && static_cast<std::uint64_t>(hash.second) == second;
    };
    CHECK(is(hashed(""), 0, 0));
    CHECK(is(hashed("hello"), 0xcbd8a7b341bd9b02, 0x5b1e906a48ae1d19));
    CHECK(is(hashed("hello, world"), 0x342fac623a5ebc8e, 0x4cdcbc079642414d));
    CHECK(is(hashed("19 Jan 2038 at 3:14:07 AM"), 0xb89e5988b737affc, 0x664fc2950231b2cb));
    CHECK(is(hashed("The quick brown fox jumps over the lazy dog."), 0xcd99481f9ee902c9, 0x695da1a38987b6e7));
}

TEST_CASE("the hash of values passes SMHasher's verification of every length and seed up to 256") {
    const auto append_little_endian = [](bytes& out, std::int64_t value) {
        for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<std::byte>((value >> shift) & 255));
    };
    bytes key, hashes;
    for (unsigned at = 0; at < 256; ++at) {
        const value_hash hash = murmur3_128(key.view(), 256 - at);
        append_little_endian(hashes, hash.first);
        append_little_endian(hashes, hash.second);
        key.push_back(static_cast<std::byte>(at));
    }
    CHECK(static_cast<std::uint32_t>(murmur3_128(hashes.view(), 0).first) == 0x6384ba69);
}

TEST_CASE("an update of a table survives its bytes, whatever their lengths") {
    for (const std::size_t size : {0U, 1U, 63U, 64U, 8191U, 8192U, 100000U}) {
        const std::string new_value(size, 'n'), old_value(size / 2 + 1, 'o');
        bytes both;
        change_serde<std::string>{}.serialize({&new_value, &old_value}, both);
        const change_parts parts = split_change(both.view());
        CHECK(parts.new_value == bytes_view(new_value));
        CHECK(parts.old_value == bytes_view(old_value));
        CHECK(parts.is_latest);
    }
}

TEST_CASE("an update of a table with its order is read, as older versions may write it") {
    const auto split = [](std::string_view in) { return split_change(bytes_view(in)); };
    CHECK(split(std::string("new\0\4", 5)).new_value == bytes_view(std::string_view("new")));
    CHECK_FALSE(split(std::string("new\0\4", 5)).is_latest);
    CHECK(split("old\1\3").old_value == bytes_view(std::string_view("old")));
    const std::string both("\4abcd\0\5", 7);
    CHECK(split(both).new_value == bytes_view(std::string_view("ab")));
    CHECK(split(both).old_value == bytes_view(std::string_view("cd")));
}

TEST_CASE("damaged updates of a table are refused") {
    for (const std::string_view damaged :
         {"", "\2", "\x7f\2", "\6ab\2", "\6", "x\6", "\xff\xff\xff\xff\xff\xff\2", "\5", "\1\2"})
        CHECK_THROWS_AS(split_change(bytes_view(damaged)), serialization_error);
}

TEST_CASE("a subscription and its answer survive their bytes") {
    subscription asked{value_hash{1, -2}, subscription_instruction::tell_row, bytes_view(std::string_view("key")), 7};
    for (const bool hashed : {true, false}) {
        if (!hashed) asked.hash.reset();
        bytes out;
        subscription_serde::serialize(asked, out);
        const subscription read = read_subscription(out.view());
        CHECK(read.hash == asked.hash);
        CHECK(read.instruction == asked.instruction);
        CHECK(read.primary_key == asked.primary_key);
        CHECK(read.partition == 7);

        bytes answered;
        answer_serde::serialize({asked.hash, bytes_view(std::string_view("row")), {}}, answered);
        CHECK(read_answer(answered.view()).hash == asked.hash);
        CHECK(read_answer(answered.view()).value == bytes_view(std::string_view("row")));
    }
}

TEST_CASE("a subscription of before Kafka 3.4 has no partition") {
    const std::string old("\x80\2key", 5);
    const subscription read = read_subscription(bytes_view(old));
    CHECK(read.primary_key == bytes_view(std::string_view("key")));
    CHECK_FALSE(read.partition);
}

TEST_CASE("damaged subscriptions and answers are refused") {
    for (const std::string_view damaged : {"", "\x81", "\x81\2ab", "\1\2short", "\x81\x09key", "\x82\2key"})
        CHECK_THROWS_AS(read_subscription(bytes_view(damaged)), serialization_error);
    for (const std::string_view damaged :
         {std::string_view(""), std::string_view("\1"), std::string_view("\0short", 6)})
        CHECK_THROWS_AS(read_answer(bytes_view(damaged)), serialization_error);
}
