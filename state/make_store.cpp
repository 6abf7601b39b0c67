#include "state/expiring_key_value_store.hpp"
#include "state/managed_store.hpp"
#include "state/memory_change_buffer.hpp"
#include "state/state_thread.hpp"
#include "state/tiered_key_value_store.hpp"
#include "state/tiered_session_store.hpp"
#include "state/tiered_versioned_store.hpp"
#include "state/tiered_window_store.hpp"

namespace streams::inline v0 {

namespace {

std::unique_ptr<managed_store> made_of(const store_spec& spec, const store_environment& environment) {
    switch (spec.kind) {
    case store_kind::window: return std::make_unique<tiered_window_store>(spec, environment);
    case store_kind::session: return std::make_unique<tiered_session_store>(spec, environment);
    case store_kind::versioned: return std::make_unique<tiered_versioned_store>(spec, environment);
    case store_kind::change_buffer: return std::make_unique<memory_change_buffer>(spec, environment);
    case store_kind::key_value: break;
    }
    if (spec.time_to_live.count() > 0) return std::make_unique<expiring_key_value_store>(spec, environment);
    return std::make_unique<tiered_key_value_store>(spec, environment);
}

} // namespace

std::unique_ptr<managed_store> make_store(const store_spec& spec, const store_environment& environment) {
    prepare_state_thread(); // a task makes its stores on the thread that uses them
    auto made = made_of(spec, environment);
    made->store().use_serdes(spec.serdes);
    return made;
}

} // namespace streams::inline v0
