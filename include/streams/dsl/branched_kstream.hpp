#pragma once

#include <streams/dsl/concepts.hpp>
#include <streams/dsl/detail/graph/functor_checks.hpp>
#include <streams/dsl/detail/graph/graph.hpp>
#include <streams/dsl/detail/graph/pass_node.hpp>
#include <streams/dsl/detail/graph/pick.hpp>
#include <streams/dsl/detail/stateless/branch_node.hpp>
#include <streams/dsl/fwd.hpp>
#include <streams/dsl/options.hpp>

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace streams::inline v0 {

/// A stream on its way to being split (Kafka's `BranchedKStream`). Each record goes to the first branch whose predicate
/// holds. Branches are named `<split><name>`, or `<split><number>` counted from 1, the default one `<split>0`.
template <class Key, class Value>
class branched_kstream {
    using stream = kstream<Key, Value>;
    using plan_type = detail::branch_plan<Key, Value>;

public:
    /// Adds a branch: `branch(large)`, `branch(large, branched{.name = "large"})`, or with what to do with it at once:
    /// `branch(large, [](kstream<K, V> s) { s.to("large"); })`; it is not in the map then, unless the functor returns a
    /// stream.
    template <class F, class... More>
    branched_kstream& branch(F&& predicate, More&&... more) {
        detail::check_stream_functor<F, Key, Value>();
        detail::check_predicate<F, Key, Value>();
        using predicate_type = detail::typed_branch_predicate<Key, Value, std::decay_t<F>>;
        auto shared = detail::share(std::forward<F>(predicate));
        const std::string child = child_name(plan_->branches.size() + 1, more...);
        plan_->branches.push_back({child, [shared] { return std::make_unique<predicate_type>(shared); }});
        add_child(child, std::forward<More>(more)...);
        return *this;
    }

    /// Gives the records that no branch takes a branch of their own, and ends the split.
    template <class... More>
    std::map<std::string, stream> default_branch(More&&... more) {
        plan_->default_child = child_name(0, more...);
        add_child(plan_->default_child, std::forward<More>(more)...);
        return branches_;
    }
    /// Ends the split; records that no branch takes end here.
    std::map<std::string, stream> no_default_branch() { return branches_; }

    /// For the library: a split at a place in the graph.
    branched_kstream(const detail::attachment& above, std::string name, serdes_for<Key, Value> serdes)
        : above_(above), serdes_(std::move(serdes)), plan_(std::in_place), name_(std::move(name)) {
        const auto write = [plan = plan_](const detail::graph_node& node, topology& out) {
            detail::write_processor(node, out,
                                    [copy = *plan] { return make_node<detail::branch_node<Key, Value>>(copy); });
        };
        node_ = &above_.graph->add(name_, write, *above_.node);
    }

private:
    template <class... More>
    [[nodiscard]] std::string child_name(std::size_t number, const More&... more) const {
        const std::string wanted = detail::pick<branched>(more...).name;
        above_.graph->burn(); // Kafka Streams takes an index that no name shows
        return name_ + (wanted.empty() ? std::to_string(number) : wanted);
    }

    template <class... More>
    void add_child(const std::string& child, More&&... more) {
        static_assert(
            ((detail::options_of<branched>::has<More> || std::invocable<More, stream>) && ...),
            "branched_kstream: a branch takes the option branched, and a functor that receives the branch as a "
            "kstream");
        detail::graph_node& node =
            above_.graph->add_processor(child, *node_, [] { return make_node<detail::pass_node<Key, Value>>(); });
        const stream made(above_.behind(node), serdes_);
        bool taken = false;
        [[maybe_unused]] const auto hand_over = [&](auto&& one) {
            if constexpr (std::invocable<decltype(one), stream>) {
                taken = true;
                if constexpr (std::is_same_v<std::invoke_result_t<decltype(one), stream>, stream>)
                    branches_.emplace(child, std::invoke(one, made));
                else
                    std::invoke(one, made);
            }
        };
        (hand_over(std::forward<More>(more)), ...);
        if (!taken) branches_.emplace(child, made);
    }

    detail::attachment above_;
    serdes_for<Key, Value> serdes_;
    detail::shared_value<plan_type> plan_;
    std::string name_;
    detail::graph_node* node_ = nullptr;
    std::map<std::string, stream> branches_;
};

} // namespace streams::inline v0

#include <streams/dsl/kstream.hpp>
