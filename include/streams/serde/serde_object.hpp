#pragma once

#include <streams/serde/serde.hpp>

#include <any>
#include <concepts>
#include <memory>
#include <type_traits>
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
        throw serialization_error("the type is converted by a serde object, and none was given here; pass key_serde(object) or "
                                  "value_serde(object) to the operator");
    }
};

/// How values of T become bytes: by an object that was chosen, or by serde<T>. Itself a serde object; copies share what was
/// chosen.
template <class T>
class serde_for {
    struct object {
        virtual ~object() = default;
        virtual void serialize(const T& value, bytes& out) const = 0;
        [[nodiscard]] virtual T deserialize(bytes_view in) const = 0;
    };
    template <class S>
    struct held final : object {
        S serde;
        explicit held(S chosen) : serde(std::move(chosen)) {}
        void serialize(const T& value, bytes& out) const override { serde.serialize(value, out); }
        [[nodiscard]] T deserialize(bytes_view in) const override { return serde.deserialize(in); }
    };

public:
    /// serde<T>.
    serde_for() = default;
    template <class S>
        requires(!std::same_as<S, serde_for> && serde_object<S> && std::same_as<detail::decoded_t<S>, T>)
    explicit serde_for(S serde) : object_(std::make_shared<const held<S>>(std::move(serde))) {}

    /// An object was chosen.
    [[nodiscard]] bool chosen() const noexcept { return object_ != nullptr; }
    /// Values can be converted: not where the type says by_serde_object, and no object was chosen.
    [[nodiscard]] bool usable() const noexcept {
        if constexpr (requires { requires serde<T>::by_object; })
            return chosen();
        else
            return true;
    }

    void serialize(const T& value, bytes& out) const {
        if (object_) [[unlikely]]
            return object_->serialize(value, out);
        serde<T>::serialize(value, out);
    }
    [[nodiscard]] T deserialize(bytes_view in) const {
        if (object_) [[unlikely]]
            return object_->deserialize(in);
        return serde<T>::deserialize(in);
    }
    /// Decodes into an object that may hold an earlier value, and reuses its memory where serde<T> can.
    void decode_into(bytes_view in, std::optional<T>& out) const {
        if (object_) [[unlikely]] {
            out.reset();
            out.emplace(object_->deserialize(in));
        } else if constexpr (std::default_initializable<T> && requires(T& value) { serde<T>::deserialize_into(in, value); }) {
            if (!out) out.emplace();
            serde<T>::deserialize_into(in, *out);
        } else {
            out.reset();
            out.emplace(serde<T>::deserialize(in));
        }
    }

private:
    std::shared_ptr<const object> object_;
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
    static_assert(serde_object<S>, "a serde object needs the const member functions serialize(const T&, streams::bytes&), which "
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

/// The objects that a store's key and value are converted by, as serde_for<K> and serde_for<V>; empty: none was chosen.
struct store_serdes {
    std::any key{};
    std::any value{};

    template <class T>
    [[nodiscard]] static serde_for<T> as(const std::any& held) {
        const auto* found = std::any_cast<serde_for<T>>(&held);
        return found ? *found : serde_for<T>();
    }
};

} // namespace streams::inline v0
