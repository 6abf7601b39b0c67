#pragma once

#include <streams/dsl/async.hpp>
#include <streams/dsl/completion.hpp>
#include <streams/dsl/detail/async/async_checks.hpp>
#include <streams/dsl/detail/async/map_values_async_node.hpp>
#include <streams/dsl/detail/graph/functor_checks.hpp>
#include <streams/dsl/detail/graph/option_checks.hpp>
#include <streams/dsl/detail/graph/pick.hpp>
#include <streams/dsl/detail/graph/repartition.hpp>
#include <streams/dsl/detail/graph/type_checks.hpp>
#include <streams/dsl/detail/stateless/throttle_node.hpp>
#include <streams/dsl/detail/windows/deduplicate_node.hpp>
#include <streams/dsl/fwd.hpp>
#include <streams/dsl/kstream_processing.hpp>
#include <streams/dsl/options.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace streams::inline v0 {

/// So many records in so much time: `rate{100, 1s}`.
struct rate {
    double records;                       ///< above zero
    std::chrono::milliseconds per{1'000}; ///< above zero
};

namespace detail {
/// Throws topology_error for an impossible rate.
[[nodiscard]] pace checked(const rate& limit);
/// The store of a deduplicate. Throws topology_error for an impossible time.
[[nodiscard]] store_spec deduplication_spec(std::string name, std::chrono::milliseconds within,
                                            const materialized& options);
} // namespace detail

/// Operators that Kafka Streams lacks; part of kstream.
template <class Key, class Value>
class kstream_extensions : public kstream_processing<Key, Value> {
public:
    using kstream_processing<Key, Value>::kstream_processing;

    /// Passes on the first record of each id, and drops those that come with the same id less than `within` before or
    /// after it in event time: `payments.deduplicate(&payment::id, 1h)`. `by` takes (value) or (key, value) and returns
    /// the id, of any type with a serde; a record without id (an empty std::optional) is passed on. Ids are kept in a
    /// window store for twice `within` behind the newest record that was passed on, so that any record up to `within`
    /// behind it is told for certain, in whatever order they come; `materialized{.retention}` keeps them longer or
    /// shorter, `within` at least. A record that may have a duplicate older than that is passed on, and counted as
    /// drop_reason::unchecked. Duplicates are found within a partition: where equal ids may come under different keys,
    /// select_key first. A changed key is repartitioned before.
    template <class F, class... Options>
    [[nodiscard]] kstream<Key, Value> deduplicate(F&& by, std::chrono::milliseconds within,
                                                  const Options&... options) const {
        static_assert(detail::options_of<named, materialized>::admit<Options...>,
                      "kstream::deduplicate takes the options named and materialized");
        detail::check_stream_functor<F, Key, Value>();
        using Id = detail::record_value_t<F, Key, Value>;
        detail::check_serdes<Id>();
        using node_type = detail::deduplicate_node<Key, Value, Id, std::decay_t<F>>;

        const auto kept = detail::pick<materialized>(options...);
        detail::graph& graph = *this->at().graph;
        std::string store = kept.name.empty() ? graph.new_store_name("KSTREAM-DEDUPLICATE-") : kept.name;
        std::string name = graph.name_or_new(detail::pick<named>(options...).name, "KSTREAM-DEDUPLICATE-");
        detail::attachment above = this->at();
        if (above.repartition_required) {
            detail::check_serdes<Key, Value>();
            above = detail::behind_repartition(above, store, [&](detail::repartition_plan& plan) {
                detail::make_repartition_nodes<Key, Value>(plan, this->serdes(), this->at().window_ends);
            });
        }
        const auto write = [spec = detail::deduplication_spec(std::move(store), within, kept), within,
                            by = detail::share(std::forward<F>(by))](const detail::graph_node& node, topology& out) {
            detail::write_processor(
                node, out, [by, within, store = spec.name] { return make_node<node_type>(by, within, store); }, spec);
        };
        return kstream<Key, Value>(above.behind(graph.add(std::move(name), write, *above.node)), this->serdes());
    }

    /// Replaces each value by the answer of another service, which is not waited for: `call` takes (value, completion) or
    /// (key, value, completion), begins the call and returns, and whoever has the answer gives it to the completion, from
    /// any thread:
    ///
    ///     payments.map_values_async(
    ///         [&](const payment& p, completion<rated_payment> answer) {
    ///             client.rate(p, [p, answer](rating r) { answer.set_value({p, r}); });
    ///         },
    ///         {.max_in_flight = 50, .timeout = 2s, .retry = {.times = 2}});
    ///
    /// `call` may be a coroutine that takes its parameters by value. The type of the new values is that of the completion; where
    /// the parameter is `auto` it is named, `map_values_async<rated_payment>(...)`.
    ///
    /// A commit waits for what is under way, so no record is lost; after a crash a record may be called for again, under
    /// exactly_once_v2 too, where its result counts once all the same. A call that throws, is answered with an exception,
    /// dropped or not answered in time is made again as `how.retry` says; then the processing exception handler is asked.
    /// Keys, times and headers stay; nothing is repartitioned, and a changed key is kept in order within the task that
    /// has it. Times may be passed on out of order: windows behind need grace.
    template <class NewValue = void, class F, class... Options>
    [[nodiscard]] auto map_values_async(F&& call, const async_options& how = {}, const Options&... options) const {
        detail::check_name_option<Options...>();
        using Result = detail::async_result_t<NewValue, F>;
        detail::check_async_functor<F, Key, Value, Result>();
        detail::check_serdes<Key>();
        if constexpr (std::is_void_v<Result>) {
            return static_cast<const kstream<Key, Value>&>(*this);
        } else {
            using node_type = detail::map_values_async_node<Key, Value, Result, std::decay_t<F>>;
            const auto make = [call = detail::share(std::forward<F>(call)), options = detail::checked(how),
                               key = this->serdes().key] { return make_node<node_type>(call, options, key); };
            const auto write = [make, wait = detail::longest_wait(how)](const detail::graph_node& node, topology& out) {
                detail::write_waiting_processor(node, out, make, wait);
            };
            auto& node = this->at().graph->add(this->template name<named>("KSTREAM-MAPVALUES-ASYNC-", options...),
                                               write, *this->at().node);
            node.value_changing = true;
            return kstream<Key, Result>(this->at().behind(node), {this->serdes().key, {}});
        }
    }

    /// Slows the stream down: no more than so many records a second (of the wall clock) go through in one task. What is
    /// faster waits in its topic, and with it everything else the task reads; nothing is dropped and nothing piles up in
    /// memory: `alerts.throttle({50, 1s})` spares a service that is called for each of them. The rate is that of one
    /// partition: divide by their number.
    template <class... Options>
    [[nodiscard]] kstream<Key, Value> throttle(const rate& limit, const Options&... options) const {
        detail::check_name_option<Options...>();
        const detail::pace pace = detail::checked(limit);
        auto& node = this->at().graph->add_processor(
            this->template name<named>("KSTREAM-THROTTLE-", options...), *this->at().node,
            [pace] { return make_node<detail::throttle_node<Key, Value>>(pace); });
        return kstream<Key, Value>(this->at().behind(node), this->serdes());
    }
};

} // namespace streams::inline v0
