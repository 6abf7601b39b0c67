#include <streams/dsl/detail/foreign_key/subscription.hpp>

#include <streams/core/big_endian.hpp>
#include <streams/core/error.hpp>

namespace streams::inline v0::detail {

namespace {

constexpr std::uint8_t subscription_version = 1; ///< 0: without the partition
constexpr std::uint8_t answer_version = 0;
constexpr std::uint8_t without_hash = 0x80;
constexpr std::size_t hash_size = 2 * sizeof(std::int64_t);

[[noreturn]] void damaged(bytes_view in, std::string_view kind) {
    throw serialization_error(concat(in.size(), " bytes are no ", kind,
                                     " of a foreign-key join; only the application itself may write to its topics"));
}

std::uint8_t version_of(bytes_view in, std::string_view kind, std::uint8_t newest) {
    if (in.empty()) damaged(in, kind);
    const auto version = static_cast<std::uint8_t>(std::to_integer<std::uint8_t>(in[0]) & (without_hash - 1));
    if (version > newest)
        throw serialization_error(concat("the ", kind, " of a foreign-key join has the version ", int{version},
                                         ", but ", int{newest},
                                         " is the newest known here; upgrade all instances of the application"));
    return version;
}

/// Reads the hash off the front of `rest`, which a flag in the first byte of `in` says is there.
std::optional<value_hash> take_hash(bytes_view in, bytes_view& rest, std::string_view kind) {
    if (std::to_integer<std::uint8_t>(in[0]) & without_hash) return std::nullopt;
    if (rest.size() < hash_size) damaged(in, kind);
    const value_hash hash{load_big_endian<std::int64_t>(rest.data()),
                          load_big_endian<std::int64_t>(rest.data() + sizeof(std::int64_t))};
    rest = rest.subview(hash_size);
    return hash;
}

void write_version(std::uint8_t version, const std::optional<value_hash>& hash, bytes& out) {
    out.push_back(static_cast<std::byte>(hash ? version : version | without_hash));
}

void write_hash(const std::optional<value_hash>& hash, bytes& out) {
    if (!hash) return;
    append_big_endian(out, hash->first);
    append_big_endian(out, hash->second);
}

} // namespace

subscription read_subscription(bytes_view in) {
    constexpr std::string_view kind = "subscription";
    const std::uint8_t version = version_of(in, kind, subscription_version);
    if (in.size() < 2 || in[1] > static_cast<std::byte>(subscription_instruction::tell_row)) damaged(in, kind);
    subscription out;
    out.instruction = static_cast<subscription_instruction>(in[1]);
    bytes_view rest = in.subview(2);
    out.hash = take_hash(in, rest, kind);
    if (version > 0) {
        if (rest.size() < sizeof(std::int32_t)) damaged(in, kind);
        rest = rest.subview(0, rest.size() - sizeof(std::int32_t));
        out.partition = load_big_endian<std::int32_t>(rest.end());
    }
    out.primary_key = rest;
    return out;
}

subscription_answer read_answer(bytes_view in) {
    constexpr std::string_view kind = "answer";
    static_cast<void>(version_of(in, kind, answer_version));
    bytes_view rest = in.subview(1);
    subscription_answer out;
    out.hash = take_hash(in, rest, kind);
    if (!rest.empty()) out.value = rest;
    return out;
}

void subscription_serde::serialize(const subscription& message, bytes& out) {
    const std::uint8_t version = message.partition ? subscription_version : std::uint8_t{0};
    write_version(version, message.hash, out);
    out.push_back(static_cast<std::byte>(message.instruction));
    write_hash(message.hash, out);
    out.append(message.primary_key);
    if (message.partition) append_big_endian(out, *message.partition);
}

void answer_serde::serialize(const subscription_answer& answer, bytes& out) {
    write_version(answer_version, answer.hash, out);
    write_hash(answer.hash, out);
    if (answer.value) out.append(*answer.value);
}

void write_subscription_key(bytes_view foreign_key, bytes_view primary_key, bytes& out) {
    out.clear();
    append_big_endian(out, static_cast<std::int32_t>(foreign_key.size()));
    out.append(foreign_key);
    out.append(primary_key);
}

} // namespace streams::inline v0::detail
