#pragma once

#include <streams/core/bytes.hpp>
#include <streams/dsl/detail/foreign_key/value_hash.hpp>

#include <cstdint>
#include <optional>

namespace streams::inline v0::detail {

// What the two halves of a foreign-key join send each other (Kafka's `SubscriptionWrapper` and
// `SubscriptionResponseWrapper`, in their bytes). The left table's tasks subscribe their rows to foreign keys; the right
// table's tasks keep the subscriptions and answer with the row of that key, now and whenever it changes.

/// What the receiver of a subscription does, and when it answers.
enum class subscription_instruction : std::uint8_t {
    remove,          ///< no answer
    remove_and_tell, ///< answers that there is no row
    tell_always,     ///< answers with the row, or that there is none
    tell_row,        ///< answers only where there is a row
};

struct subscription {
    std::optional<value_hash> hash; ///< of the left row; nullopt: it is deleted
    subscription_instruction instruction = subscription_instruction::remove;
    bytes_view primary_key;
    std::optional<std::int32_t> partition; ///< of the left row: where answers go; nullopt: by the primary key
};

struct subscription_answer {
    std::optional<value_hash> hash;        ///< of the subscription
    std::optional<bytes_view> value;       ///< of the foreign row; nullopt: there is none
    std::optional<std::int32_t> partition; ///< of the subscription; not in the bytes
};

/// Throws serialization_error; the parts are views into `in`.
[[nodiscard]] subscription read_subscription(bytes_view in);
[[nodiscard]] subscription_answer read_answer(bytes_view in);

struct subscription_serde {
    static void serialize(const subscription& message, bytes& out);
};
struct answer_serde {
    static void serialize(const subscription_answer& answer, bytes& out);
};

/// The key of a subscription in its store: `length of the foreign key:4 | foreign key | primary key`. With an empty
/// primary key: what all subscriptions to that foreign key begin with.
void write_subscription_key(bytes_view foreign_key, bytes_view primary_key, bytes& out);

} // namespace streams::inline v0::detail
