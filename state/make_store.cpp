#include "state/buffers/memory_change_buffer.hpp"
#include "state/key_value/expiring_key_value_store.hpp"
#include "state/key_value/tiered_key_value_store.hpp"
#include "state/managed_store.hpp"
#include "state/state_thread.hpp"
#include "state/versions/tiered_versioned_store.hpp"
#include "state/windows/tiered_session_store.hpp"
#include "state/windows/tiered_window_store.hpp"

namespace streams::inline v0 {

namespace {

struct maker {
    const store_spec& spec;
    const store_environment& environment;

    std::unique_ptr<managed_store> operator()(const key_value_kind& rows) const {
        if (rows.time_to_live.count() > 0) return std::make_unique<expiring_key_value_store>(spec, environment);
        return std::make_unique<tiered_key_value_store>(spec, environment);
    }
    std::unique_ptr<managed_store> operator()(const window_kind&) const {
        return std::make_unique<tiered_window_store>(spec, environment);
    }
    std::unique_ptr<managed_store> operator()(const session_kind&) const {
        return std::make_unique<tiered_session_store>(spec, environment);
    }
    std::unique_ptr<managed_store> operator()(const versioned_kind&) const {
        return std::make_unique<tiered_versioned_store>(spec, environment);
    }
    std::unique_ptr<managed_store> operator()(const change_buffer_kind&) const {
        return std::make_unique<memory_change_buffer>(spec, environment);
    }
};

} // namespace

std::unique_ptr<backing> store_environment::open_backing(const store_spec& spec) const {
    if (!spec.persistent) return nullptr;
    return (disk != nullptr ? *disk : machine_disk()).open(directory, identity_of(spec), memory);
}

std::unique_ptr<managed_store> make_store(const store_spec& spec, const store_environment& environment) {
    prepare_state_thread(); // a task makes its stores on the thread that uses them
    auto made = std::visit(maker{spec, environment}, spec.kind);
    made->store().use_serdes(spec.serdes);
    return made;
}

} // namespace streams::inline v0
