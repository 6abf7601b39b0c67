#pragma once

#include <streams/dsl/detail/graph/option_checks.hpp>
#include <streams/dsl/detail/graph/pick.hpp>
#include <streams/dsl/detail/graph/processing.hpp>
#include <streams/dsl/fwd.hpp>
#include <streams/dsl/kstream_global_joins.hpp>
#include <streams/dsl/options.hpp>

#include <string>
#include <type_traits>
#include <utility>

namespace streams::inline v0 {

/// The operators of a stream that are written by hand; part of kstream.
template <class Key, class Value>
class kstream_processing : public kstream_global_joins<Key, Value> {
public:
    using kstream_global_joins<Key, Value>::kstream_global_joins;

    /// Hands each record to a processor: `s.process([] { return std::make_unique<fraud_check>(); }, state_stores{{"seen"}})`.
    /// The supplier is called once a task, from any thread; a supplier with a member `stores()`, a range of store_spec,
    /// brings those along. The result has the processor's output types, and counts as one with other keys: what needs
    /// records by key is repartitioned after it. With no output types (void) the stream ends here. Null passes.
    template <class Supplier, class... Options>
    auto process(Supplier supplier, const Options&... options) const {
        detail::check_processor_options<Options...>();
        detail::check_processor_supplier<Supplier>();
        using types = detail::supplied_t<Supplier>;
        check_input<types>();
        auto& node = add(std::move(supplier), "KSTREAM-PROCESSOR-", options...);
        if constexpr (!std::is_void_v<typename types::key_out>)
            return kstream<typename types::key_out, typename types::value_out>(this->at().behind(node, true));
    }

    /// Hands each record to a processor that cannot change its key (Kafka's `processValues`), so that nothing is
    /// repartitioned because of it. Supplier and stores as of process, of streams::fixed_key_processor.
    template <class Supplier, class... Options>
    auto process_values(Supplier supplier, const Options&... options) const {
        detail::check_processor_options<Options...>();
        static_assert(
            detail::fixed_key_processor_supplier<Supplier>,
            "kstream::process_values: the supplier must be callable without arguments, as const, and return a "
            "std::unique_ptr of a class derived from streams::fixed_key_processor<Key, ValueIn, ValueOut>; pass for "
            "example [] { return std::make_unique<my_processor>(); }");
        using types = detail::supplied_fixed_key_t<Supplier>;
        check_input<types>();
        auto& node = add(std::move(supplier), "KSTREAM-PROCESSVALUES-", options...);
        return kstream<Key, typename types::value_out>(this->at().behind(node), {this->serdes().key, {}});
    }

private:
    template <class Types>
    static consteval void check_input() {
        static_assert(
            std::is_same_v<typename Types::key_in, Key> && std::is_same_v<typename Types::value_in, Value>,
            "the processor must take the key and value types of the stream, std::optional included; derive it "
            "from streams::processor or streams::fixed_key_processor of these types");
    }
    template <class Supplier, class... Options>
    [[nodiscard]] detail::graph_node& add(Supplier supplier, std::string_view prefix, const Options&... options) const {
        const auto& place = this->at();
        std::string name = detail::pick<named>(options...).name;
        if (name.empty()) name = place.graph->new_name(prefix);
        auto stores = detail::stores_of(supplier);
        return detail::add_processing(place, std::move(name), detail::pick<state_stores>(options...).names,
                                      std::move(stores), detail::processor_maker(std::move(supplier)));
    }
};

} // namespace streams::inline v0
