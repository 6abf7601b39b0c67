#pragma once

#include <streams/core/shared_value.hpp>
#include <streams/serde/serde.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace streams::inline v0 {

namespace detail {
template <class S>
using decoded_t = std::remove_cvref_t<decltype(std::declval<const S&>().deserialize(bytes_view()))>;
} // namespace detail

/// An object that turns values into bytes and back, as `serde<T>` does without one: for what needs an argument, such as
/// the client of a schema registry. Its member functions are const, and called from several threads at once:
///
///     void serialize(const payment&, streams::bytes& out) const;     // appends to out
///     payment deserialize(streams::bytes_view) const;                // throws serialization_error
template <class S>
concept serde_object = std::copy_constructible<S> && requires(const S& serde, bytes& out, bytes_view in) {
    serde.deserialize(in);
    serde.serialize(std::declval<const detail::decoded_t<S>&>(), out);
};

/// For types that only serde objects convert:
/// `template <> struct streams::serde<payment> : streams::by_serde_object<payment> {};`.
/// Where an operator makes bytes of such a value and no object was given to it or to what is above it, building throws
/// topology_error.
template <class T>
struct by_serde_object {
    static constexpr bool by_object = true;
    [[noreturn]] static void serialize(const T&, bytes&) { refuse(); }
    [[noreturn]] static T deserialize(bytes_view) { refuse(); }

private:
    [[noreturn]] static void refuse() {
        throw serialization_error(
            "the type is converted by a serde object, and none was given here; pass key_serde(object) or "
            "value_serde(object) to the operator");
    }
};

namespace detail {
/// A serde_for of any type.
struct erased_serde {
    const std::type_info* type = nullptr; ///< of what it converts
    shared_object object{};
    const void* calls = nullptr;
};
} // namespace detail

/// How values of T become bytes: by an object that was chosen, or by serde<T>. Itself a serde object; copies share what was
/// chosen.
template <class T>
class serde_for {
    /// What an object does, without its type.
    struct calls {
        void (*serialize)(const void* object, const T& value, bytes& out);
        T (*deserialize)(const void* object, bytes_view in);
    };
    template <class S>
    static constexpr calls calls_of{
        [](const void* object, const T& value, bytes& out) { static_cast<const S*>(object)->serialize(value, out); },
        [](const void* object, bytes_view in) -> T { return static_cast<const S*>(object)->deserialize(in); }};

public:
    /// serde<T>.
    serde_for() = default;
    template <class S>
        requires(!std::same_as<S, serde_for> && serde_object<S> && std::same_as<detail::decoded_t<S>, T>)
    explicit serde_for(S serde) : object_(new S(std::move(serde))), calls_(&calls_of<S>) {}

    /// An object was chosen.
    [[nodiscard]] bool chosen() const noexcept { return calls_ != nullptr; }
    /// Values can be converted: not where the type says by_serde_object, and no object was chosen.
    [[nodiscard]] bool usable() const noexcept {
        if constexpr (requires { requires serde<T>::by_object; })
            return chosen();
        else
            return true;
    }

    void serialize(const T& value, bytes& out) const {
        if (calls_) [[unlikely]]
            return calls_->serialize(object_.get(), value, out);
        serde<T>::serialize(value, out);
    }
    [[nodiscard]] T deserialize(bytes_view in) const {
        if (calls_) [[unlikely]]
            return calls_->deserialize(object_.get(), in);
        return serde<T>::deserialize(in);
    }
    /// Decodes into an object that may hold an earlier value, and reuses its memory where serde<T> can.
    void decode_into(bytes_view in, std::optional<T>& out) const {
        if (calls_) [[unlikely]] {
            out.reset();
            out.emplace(calls_->deserialize(object_.get(), in));
        } else if constexpr (std::default_initializable<T> &&
                             requires(T& value) { serde<T>::deserialize_into(in, value); }) {
            if (!out) out.emplace();
            serde<T>::deserialize_into(in, *out);
        } else {
            out.reset();
            out.emplace(serde<T>::deserialize(in));
        }
    }

    [[nodiscard]] detail::erased_serde erased() const { return {&typeid(T), object_, calls_}; }
    /// Back from what `erased` gave; serde<T> where that converts another type.
    [[nodiscard]] static serde_for from(const detail::erased_serde& erased) {
        serde_for found;
        if (!converts(erased)) return found;
        found.object_ = erased.object;
        found.calls_ = static_cast<const calls*>(erased.calls);
        return found;
    }
    [[nodiscard]] static bool converts(const detail::erased_serde& erased) noexcept {
        return erased.type != nullptr && *erased.type == typeid(T);
    }

private:
    detail::shared_object object_;
    const calls* calls_ = nullptr; ///< null: serde<T>
};

namespace detail {
/// How keys and values become bytes; of types without their null.
template <class Key, class Value>
struct plain_serdes {
    serde_for<Key> key{};
    serde_for<Value> value{};
};
} // namespace detail

/// The serdes of a stream's or a table's keys and values, whether or not these admit null.
template <class Key, class Value>
using serdes_for = detail::plain_serdes<without_null_t<Key>, without_null_t<Value>>;

/// Options of what reads or writes bytes: a serde object for its keys, for its values, or for the values of the other
/// stream of a join. Kafka Streams takes them in `Consumed`, `Produced`, `Materialized`, `Grouped` and the like:
/// `builder.stream<std::string, payment>("payments", value_serde(avro_payments))`.
template <class T>
struct key_serde {
    serde_for<T> object;
    template <class S>
    explicit key_serde(S serde) : object(std::move(serde)) {}
};
template <class T>
struct value_serde {
    serde_for<T> object;
    template <class S>
    explicit value_serde(S serde) : object(std::move(serde)) {}
};
template <class T>
struct other_value_serde {
    serde_for<T> object;
    template <class S>
    explicit other_value_serde(S serde) : object(std::move(serde)) {}
};

namespace detail {
template <class S>
struct converted {
    static_assert(serde_object<S>,
                  "a serde object needs the const member functions serialize(const T&, streams::bytes&), which "
                  "appends, and deserialize(streams::bytes_view), which returns a T");
    using type = decoded_t<S>;
};
} // namespace detail
template <class S>
key_serde(S) -> key_serde<typename detail::converted<S>::type>;
template <class S>
value_serde(S) -> value_serde<typename detail::converted<S>::type>;
template <class S>
other_value_serde(S) -> other_value_serde<typename detail::converted<S>::type>;

/// The objects that a store's key and value are converted by.
struct store_serdes {
    detail::erased_serde key{};
    detail::erased_serde value{};

    /// serde<T> where another type than T is converted.
    template <class T>
    [[nodiscard]] static serde_for<T> as(const detail::erased_serde& held) {
        return serde_for<T>::from(held);
    }
};

namespace detail {
/// Shares them with the stores that are made of one definition.
[[nodiscard]] std::shared_ptr<const store_serdes> kept(erased_serde key, erased_serde value);
} // namespace detail

} // namespace streams::inline v0
