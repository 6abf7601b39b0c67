#include "src/runtime/thread/recovery.hpp"

#include "src/runtime/tasks/task_errors.hpp"
#include "state/disk/incompatible_state_error.hpp"

namespace streams::inline v0 {

recovery recovery_of(const std::exception_ptr& failure) noexcept {
    try {
        std::rethrow_exception(failure);
    } catch (const fenced_error&) {
        return recovery::join_again;
    } catch (const corrupt_task_error&) {
        return recovery::rebuild_store;
    } catch (const refused_records_error&) {
        return recovery::pass_over;
    } catch (const lost_records_error&) {
        return recovery::roll_back;
    } catch (const unknown_partitions_error&) {
        return recovery::set_aside;
    } catch (const unknown_outcome_error&) {
        return recovery::open_anew;
    } catch (const incompatible_state_error&) {
        return recovery::none;
    } catch (const state_error&) { // the disk refuses: full, or read-only
        return recovery::open_again;
    } catch (...) { // a record that its handlers do not drop, a cluster that does not answer, a fault of the program
        return recovery::none;
    }
}

bool done_again(const std::exception_ptr& failure) noexcept {
    try {
        std::rethrow_exception(failure);
    } catch (const lost_store_error&) {
        return false;
    } catch (const task_error&) {
        return true;
    } catch (const state_error&) {
        return true;
    } catch (...) {
        return false;
    }
}

} // namespace streams::inline v0
