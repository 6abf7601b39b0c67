#include <streams/state/query/queried_types.hpp>
#include <streams/state/query/query_result.hpp>

#include <array>

namespace streams::inline v0 {
namespace {

struct kind_text {
    std::string_view name;
    std::string_view view; ///< to query it by; empty: it cannot be queried
};

// As in store_kind.
constexpr std::array<kind_text, std::variant_size_v<store_kind>> kinds{{
    {"key-value", "queryable_key_value_store"},
    {"window", "queryable_window_store"},
    {"session", "queryable_session_store"},
    {"versioned", "queryable_versioned_store"},
    {"buffer", ""},
}};

} // namespace

void throw_failure(const query_failure& failure) {
    switch (failure.reason) {
    case failure_reason::not_active:
        throw streams_rebalancing_error(failure.message);
    case failure_reason::not_present:
        throw state_store_migrated_error(failure.message);
    case failure_reason::does_not_exist:
        throw invalid_state_store_partition_error(failure.message);
    case failure_reason::out_of_memory:
        throw query_memory_error(failure.message);
    case failure_reason::unknown_query_type:
    case failure_reason::not_up_to_bound:
    case failure_reason::store_exception:
        break;
    }
    throw invalid_state_store_error(failure.message);
}

namespace detail {

void throw_other_kind(const store_spec& store, const store_kind& wanted) {
    const kind_text& has = kinds[store.kind.index()];
    throw invalid_state_store_error(concat("store ", store.name, " is a ", has.name, " store, and is queried as a ",
                                           kinds[wanted.index()].name, " store; ",
                                           has.view.empty() ? "it holds what an operator waits for, which cannot be "
                                                              "queried"
                                                            : concat("use ", has.view, " or a query of that kind")));
}

void throw_other_type(const store_spec& store, std::string_view part) {
    throw invalid_state_store_error(concat("the ", part, " of store ", store.name,
                                           " are of another type than it is queried with, by its serde object; name "
                                           "the type that the topology gave it"));
}

void throw_no_timestamps(const store_spec& store) {
    throw invalid_state_store_error(
        concat("store ", store.name, " keeps no timestamps; query it without value_and_timestamp"));
}

void throw_no_headers(const store_spec& store) {
    throw invalid_state_store_error(concat("store ", store.name, " keeps no headers; query it without them"));
}

void throw_nowhere(std::string_view store) {
    throw state_store_migrated_error(concat("no partition of store ", store,
                                            " is on this instance; kafka_streams::query_metadata_for_key says which "
                                            "instance has the one of a key"));
}

} // namespace detail

} // namespace streams::inline v0
