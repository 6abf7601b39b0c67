#include "possible_fraud/payment_generator.hpp"

#include <array>
#include <string_view>

namespace {

constexpr std::uint64_t honest_cards = 1'000'003; // prime, so that the cards of one window all differ
constexpr std::uint64_t honest_stride = 618'033;
constexpr std::uint64_t positions_between_thefts = 1'000;

/// A well-mixed number for each input (splitmix64).
constexpr std::uint64_t mixed(std::uint64_t number) noexcept {
    number += 0x9e3779b97f4a7c15;
    number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9;
    number = (number ^ number >> 27) * 0x94d049bb133111eb;
    return number ^ number >> 31;
}

/// Sixteen digits, of which the last ones are the number.
std::string card(std::uint64_t prefix, std::uint64_t number) {
    return std::to_string(prefix * 1'000'000'000'000 + number);
}

std::string honest_card(std::uint64_t position) { return card(4000, position * honest_stride % honest_cards); }
std::string stolen_card(std::uint64_t window) { return card(4666, mixed(window) % 1'000'000'000'000); }
std::uint64_t thefts_in(std::uint64_t window) { return 4 + mixed(window + 1) % 5; }

} // namespace

payment payment_generator::at(std::uint64_t position) const {
    constexpr std::array<std::string_view, 8> merchants{"corner shop", "bakery",  "petrol station", "book shop",
                                                        "florist",     "chemist", "online games",   "jeweller"};
    const auto window = position / payments_per_window;
    const auto within = position % payments_per_window;
    const bool stolen = within % positions_between_thefts == 0 && within / positions_between_thefts < thefts_in(window);
    const auto random = mixed(~position);
    return {.card_number = stolen ? stolen_card(window) : honest_card(position),
            .amount = static_cast<double>(random % 20'000 + 1) / 100,
            .merchant = std::string(merchants[random >> 32 & 7])};
}

fraud_alert payment_generator::alert_of(std::uint64_t window) const {
    return {.card_number = stolen_card(window),
            .window = start_ + static_cast<std::int64_t>(window) * window_ms,
            .count = static_cast<std::int64_t>(thefts_in(window))};
}
