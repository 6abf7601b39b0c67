#pragma once

#include <streams/topology/fixed_key_processor.hpp>
#include <streams/topology/processor.hpp>
#include <streams/topology/topology.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace streams::inline v0::detail {

/// The node of a supplied processor, its types found from the processor's base class.
template <class KeyIn, class ValueIn, class KeyOut, class ValueOut>
std::unique_ptr<node> node_of(std::unique_ptr<processor<KeyIn, ValueIn, KeyOut, ValueOut>> body) {
    return make_node<processor_node<KeyIn, ValueIn, KeyOut, ValueOut>>(std::move(body));
}
template <class Key, class ValueIn, class ValueOut>
std::unique_ptr<node> node_of(std::unique_ptr<fixed_key_processor<Key, ValueIn, ValueOut>> body) {
    return make_node<fixed_key_processor_node<Key, ValueIn, ValueOut>>(std::move(body));
}

template <class KeyIn, class ValueIn, class KeyOut, class ValueOut>
processor<KeyIn, ValueIn, KeyOut, ValueOut>* as_processor(processor<KeyIn, ValueIn, KeyOut, ValueOut>* body) {
    return body;
}
template <class Key, class ValueIn, class ValueOut>
fixed_key_processor<Key, ValueIn, ValueOut>* as_fixed_key_processor(fixed_key_processor<Key, ValueIn, ValueOut>* body) {
    return body;
}

/// Makes processors when it is called without arguments, as const.
template <class Supplier>
concept processor_supplier = requires(const Supplier& supplier) { as_processor(supplier().get()); };
/// Does not compile unless it does.
template <class Supplier>
consteval void check_processor_supplier() {
    static_assert(processor_supplier<Supplier>,
                  "the supplier must be callable without arguments, as const, and return a std::unique_ptr of a class "
                  "derived from streams::processor<KeyIn, ValueIn, KeyOut, ValueOut>; pass for example "
                  "[] { return std::make_unique<my_processor>(); }");
}
template <class Supplier>
concept fixed_key_processor_supplier = requires(const Supplier& supplier) { as_fixed_key_processor(supplier().get()); };
/// A supplier that brings the stores of its processors along (Kafka's `ConnectedStoreProvider`).
template <class Supplier>
concept supplies_stores = requires(const Supplier& supplier) {
    { supplier.stores().begin() };
};

template <class Processor>
struct processor_types;
template <class KeyIn, class ValueIn, class KeyOut, class ValueOut>
struct processor_types<processor<KeyIn, ValueIn, KeyOut, ValueOut>> {
    using key_in = KeyIn;
    using value_in = ValueIn;
    using key_out = KeyOut;
    using value_out = ValueOut;
};
template <class Key, class ValueIn, class ValueOut>
struct processor_types<fixed_key_processor<Key, ValueIn, ValueOut>> {
    using key_in = Key;
    using value_in = ValueIn;
    using value_out = ValueOut;
};
template <class Supplier>
using supplied_t =
    processor_types<std::remove_pointer_t<decltype(as_processor(std::declval<const Supplier&>()().get()))>>;
template <class Supplier>
using supplied_fixed_key_t =
    processor_types<std::remove_pointer_t<decltype(as_fixed_key_processor(std::declval<const Supplier&>()().get()))>>;

/// Makes the nodes of supplied processors, one for each task; null where the supplier returns null.
template <class Supplier>
[[nodiscard]] node_factory processor_maker(Supplier supplier) {
    return [supplier = std::move(supplier)] {
        auto body = supplier();
        if (!body) return std::unique_ptr<node>();
        if constexpr (processor_supplier<Supplier>) {
            auto* base = as_processor(body.release());
            return node_of(std::unique_ptr<std::remove_pointer_t<decltype(base)>>(base));
        } else {
            auto* base = as_fixed_key_processor(body.release());
            return node_of(std::unique_ptr<std::remove_pointer_t<decltype(base)>>(base));
        }
    };
}

} // namespace streams::inline v0::detail
