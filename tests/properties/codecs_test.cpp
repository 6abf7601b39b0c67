#include "catch.hpp"

#include <streams/serde/standard.hpp>
#include <streams/serde/uuid.hpp>
#include <streams/serde/windowed.hpp>

#include <rapidcheck.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

using streams::bytes;
using streams::bytes_view;
using streams::serde;

namespace {

template <class T, class Serde = serde<T>>
void holds_a_round_trip(const T& value, const Serde& with = {}) {
    bytes written;
    written.push_back(std::byte{7}); // a serde appends
    with.serialize(value, written);
    RC_ASSERT(with.deserialize(written.view().subview(1)) == value);
}

/// Damage must end in an error or in some value, never in a crash.
template <class T, class Serde = serde<T>>
void survives(const std::string& anything, const Serde& with = {}) {
    try {
        (void)with.deserialize(bytes_view(anything));
    } catch (const streams::serialization_error&) {}
}

streams::uuid some_uuid() {
    const auto digits = *rc::gen::container<std::string>(36, rc::gen::element('0', '7', 'a', 'f'));
    std::string text = digits;
    for (const std::size_t dash : {8U, 13U, 18U, 23U}) text[dash] = '-';
    return serde<streams::uuid>::deserialize(bytes_view(text));
}

} // namespace

TEST_CASE("what a serde writes it reads as the same") {
    CHECK(rc::check([] {
        holds_a_round_trip(*rc::gen::arbitrary<std::string>());
        holds_a_round_trip(*rc::gen::arbitrary<std::int8_t>());
        holds_a_round_trip(*rc::gen::arbitrary<std::int16_t>());
        holds_a_round_trip(*rc::gen::arbitrary<std::int32_t>());
        holds_a_round_trip(*rc::gen::arbitrary<std::int64_t>());
        holds_a_round_trip(*rc::gen::arbitrary<std::uint32_t>());
        holds_a_round_trip(*rc::gen::arbitrary<std::uint64_t>());
        holds_a_round_trip(*rc::gen::arbitrary<bool>());
        holds_a_round_trip(static_cast<double>(*rc::gen::arbitrary<std::int64_t>()) / 7);
        holds_a_round_trip(static_cast<float>(*rc::gen::arbitrary<std::int32_t>()) / 7);
        holds_a_round_trip(some_uuid());
        const auto start = *rc::gen::nonNegative<std::int64_t>() % (1LL << 50);
        const auto size = *rc::gen::inRange<std::int64_t>(1, 1LL << 40);
        holds_a_round_trip(streams::windowed<std::string>{*rc::gen::arbitrary<std::string>(), {start, start + size}},
                           streams::time_windowed_serde<std::string>(std::chrono::milliseconds(size)));
        holds_a_round_trip(
            streams::session_windowed<std::string>{*rc::gen::arbitrary<std::string>(), {start, start + size}});
    }));
}

TEST_CASE("bytes of any kind are read or refused") {
    CHECK(rc::check([] {
        const auto anything = *rc::gen::arbitrary<std::string>();
        survives<std::int64_t>(anything);
        survives<double>(anything);
        survives<bool>(anything);
        survives<streams::uuid>(anything);
        survives<streams::windowed<std::int64_t>>(anything);
        survives<streams::session_windowed<std::string>>(anything);
    }));
}
