#pragma once

#include <streams/core/error.hpp>
#include <streams/dsl/detail/joins/table_join_node.hpp>
#include <streams/serde/window_ends.hpp>

#include <array>
#include <string>

namespace streams::inline v0::detail {

/// The names of the three nodes of a join, and the store at the last of them.
struct table_join_names {
    std::string merge;
    std::string left;
    std::string right;
};

/// A join of two tables by their common key. `Stored`: kept in a store, given as `spec`.
template <class Key, class Left, class Right, class NewValue, class F, join_kind Kind, bool Stored>
class joined_table final : public table_of<Key, NewValue> {
    template <bool FromLeft>
    using side_node = table_join_node<Key, Left, Right, NewValue, F, Kind, FromLeft>;

public:
    joined_table(shared_value<table_of<Key, Left>> left, shared_value<table_of<Key, Right>> right,
                 shared_functor<F> joiner, std::optional<store_spec> spec)
        : left_(std::move(left)), right_(std::move(right)), joiner_(std::move(joiner)), spec_(std::move(spec)) {
        // Whether a deletion ends a row of the join is seen by the value that was deleted.
        if (Kind != join_kind::inner) left_->enable_sending_old_values(true);
        if (Kind == join_kind::outer) right_->enable_sending_old_values(true);
        left_rows_ = left_->getter();
        right_rows_ = right_->getter();
    }

    bool enable_sending_old_values(bool) override {
        left_->enable_sending_old_values(true);
        right_->enable_sending_old_values(true);
        return send_old_ = true;
    }
    [[nodiscard]] bool versioned() const noexcept override { return spec_ && spec_->is<versioned_kind>(); }
    getter_plan<Key, NewValue> getter() override {
        if constexpr (Stored) return getter_from_store<Key, NewValue>(spec_->name);
        return {united(left_rows_.stores, right_rows_.stores),
                [left = left_rows_.make, right = right_rows_.make, joiner = joiner_] {
                    return make_getter<join_getter<Key, Left, Right, NewValue, F, Kind>>(left(), right(), joiner);
                }};
    }

    void write(const table_join_names& names, const std::array<std::string, 2>& parents,
               streams::window_ends window_ends, topology& out) const {
        write_side<true>(names.left, parents[0], right_rows_, left_->versioned(), out);
        write_side<false>(names.right, parents[1], left_rows_, right_->versioned(), out);
        node_factory merge = [] { return make_node<table_merge_node<Key, NewValue>>(); };
        if constexpr (Stored)
            merge = [upkeep = table_upkeep{spec_->name, send_old_, window_ends}] {
                return make_node<stored_table_merge_node<Key, NewValue>>(upkeep);
            };
        write_processor(names.merge, {names.left, names.right}, out, std::move(merge));
        if (spec_) out.add_operator_store(*spec_, {names.merge});
    }

private:
    template <bool FromLeft, class Other>
    void write_side(const std::string& name, const std::string& parent, const getter_plan<Key, Other>& others,
                    bool versioned, topology& out) const {
        const auto make = [others = others.make, joiner = joiner_, send_old = send_old_, versioned] {
            return make_node<side_node<FromLeft>>(others(), joiner, send_old, versioned);
        };
        write_processor(name, {parent}, out, make, others.stores);
    }

    shared_value<table_of<Key, Left>> left_;
    shared_value<table_of<Key, Right>> right_;
    shared_functor<F> joiner_;
    std::optional<store_spec> spec_;
    getter_plan<Key, Left> left_rows_;
    getter_plan<Key, Right> right_rows_;
    bool send_old_ = false;
};

/// Adds the join of two tables to the graph, and returns its place. Throws topology_error where both are the same.
template <class Table>
[[nodiscard]] attachment add_table_join(const attachment& left, const attachment& right, table_join_names names,
                                        shared_value<Table> table) {
    if (left.node == right.node)
        throw topology_error(concat("the table of ", left.node->name,
                                    " is joined with itself, which pairs each row with "
                                    "itself; use map_values, or a join with an extractor if rows refer to other rows"));
    const std::string name = names.merge;
    const auto write = [table = std::move(table), names = std::move(names),
                        parents = std::array{left.node->name, right.node->name},
                        ends = left.window_ends.value_or(streams::window_ends())](const graph_node&, topology& out) {
        table->write(names, parents, ends, out);
    };
    attachment above = left;
    above.sources = united(above.sources, right.sources);
    above.graph->copartition(above.sources);
    graph_node* const parents[] = {left.node, right.node};
    return above.behind(above.graph->add(name, write, parents), false);
}

} // namespace streams::inline v0::detail
