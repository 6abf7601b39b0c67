#include <streams/dsl/detail/joins/stream_join.hpp>

namespace streams::inline v0::detail {

namespace {

/// But for its kind.
store_spec join_store(std::string name, const stream_joined& options) {
    return {.name = std::move(name),
            .persistent = !options.in_memory,
            .caching = false,
            .logging = options.logging,
            .changelog_config = options.changelog_config};
}

store_spec window_store_of(std::string name, const join_span& windows, const stream_joined& options,
                           const std::shared_ptr<const store_serdes>& serdes) {
    store_spec spec = join_store(std::move(name), options);
    spec.kind = window_kind{.timestamped = false,
                            .size = std::chrono::milliseconds(windows.size()),
                            .retention = std::chrono::milliseconds(windows.retention()),
                            .retain_duplicates = true,
                            .nulls_move_time = options.in_memory};
    spec.serdes = serdes;
    return spec;
}

store_spec unmatched_store_of(std::string name, const stream_joined& options) {
    store_spec spec = join_store(std::move(name), options);
    spec.kind = key_value_kind{.timestamped = false};
    spec.told_last = true;
    return spec;
}

node_spec processor_spec(std::string name, std::vector<std::string> parents, node_factory make) {
    return {
        .kind = node_kind::processor, .name = std::move(name), .parents = std::move(parents), .make = std::move(make)};
}

} // namespace

stream_join_names new_stream_join_names(graph& in, join_kind kind, const stream_joined& options) {
    const bool left_kept = kind != join_kind::inner;
    const bool right_kept = kind == join_kind::outer;
    const std::string left_suffix = right_kept ? "-outer-this-join" : "-this-join";
    const std::string right_suffix = left_kept ? "-outer-other-join" : "-other-join";
    const auto named = [&](const std::string& suffix, std::string generated) {
        return options.name.empty() ? std::move(generated) : options.name + suffix;
    };
    const std::string_view left_prefix = right_kept ? "KSTREAM-OUTERTHIS-" : "KSTREAM-JOINTHIS-";

    stream_join_names names;
    names.left_windowed = named("-this-windowed", in.new_name("KSTREAM-WINDOWED-"));
    names.right_windowed = named("-other-windowed", in.new_name("KSTREAM-WINDOWED-"));
    // Stores are named after the generated names, whatever the nodes are called.
    const std::string left = in.new_name(left_prefix);
    const std::string right = in.new_name(left_kept ? "KSTREAM-OUTEROTHER-" : "KSTREAM-JOINOTHER-");
    names.left_join = named(left_suffix, left);
    names.right_join = named(right_suffix, right);
    names.merge = named("-merge", in.new_name("KSTREAM-MERGE-"));

    const std::string& base = options.store_name;
    names.left_store = (base.empty() ? left : base + left_suffix) + "-store";
    names.right_store = (base.empty() ? right : base + right_suffix) + "-store";
    if (!left_kept) return names;
    const std::string shared = right_kept ? "-outer-shared-join" : "-left-shared-join";
    names.unmatched_store =
        (base.empty() ? "KSTREAM-OUTERSHARED-" + left.substr(left_prefix.size()) : base + shared) + "-store";
    return names;
}

stream_join_places before_stream_join(stream_state& left, stream_state& right, const std::string& name,
                                      const repartition_filler& fill_left, const repartition_filler& fill_right) {
    const auto suffixed = [&](const char* suffix) { return name.empty() ? name : name + suffix; };
    stream_join_places places;
    places.left = before_join(left, suffixed("-left"), fill_left);
    places.right = before_join(right, suffixed("-right"), fill_right);
    places.left.graph->copartition(united(places.left.sources, places.right.sources));
    return places;
}

attachment add_stream_join(const attachment& left, const attachment& right, join_kind kind, const join_span& windows,
                           const stream_joined& options, const stream_join_names& names, stream_join_makers make) {
    graph& in = *left.graph;
    in.add_processor(names.left_windowed, *left.node, std::move(make.left_window));
    in.add_processor(names.right_windowed, *right.node, std::move(make.right_window));

    graph_node merged{.name = names.merge};
    merged.passes_null_keys = kind != join_kind::inner;
    if (make.self_join) {
        merged.self_join =
            self_join_plan{names.right_windowed, [names, windows, options, make = make.self_join,
                                                  kept = make.left_kept](const graph_node&, topology& out) {
                               out.add_node(processor_spec(names.merge, {names.left_windowed}, make));
                               out.add_operator_store(window_store_of(names.left_store, windows, options, kept),
                                                      {names.left_windowed, names.merge});
                           }};
    }
    merged.write = [names, windows, options, kind, make = std::move(make)](const graph_node&, topology& out) {
        out.add_node(processor_spec(names.left_join, {names.left_windowed}, make.left_join));
        out.add_node(processor_spec(names.right_join, {names.right_windowed}, make.right_join));
        out.add_node(processor_spec(names.merge, {names.left_join, names.right_join}, make.merge));
        out.add_operator_store(window_store_of(names.left_store, windows, options, make.left_kept),
                               {names.left_windowed, names.right_join});
        out.add_operator_store(window_store_of(names.right_store, windows, options, make.right_kept),
                               {names.right_windowed, names.left_join});
        if (kind != join_kind::inner)
            out.add_operator_store(unmatched_store_of(names.unmatched_store, options),
                                   {names.left_join, names.right_join});
    };
    graph_node* const parents[] = {left.node, right.node};
    attachment at = left.behind(in.add(std::move(merged), parents), false);
    at.sources = united(left.sources, right.sources);
    return at;
}

} // namespace streams::inline v0::detail
