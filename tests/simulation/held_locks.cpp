#include "simulation/held_locks.hpp"

#include "sanitizers.hpp"

// The sanitizers have functions of their own in front of the C library's.
#if STREAMS_ADDRESS_SANITIZER || STREAMS_THREAD_SANITIZER

namespace streams::simulation {
int held_locks() noexcept { return 0; }
} // namespace streams::simulation

#else

#include <dlfcn.h>
#include <pthread.h>

namespace {

thread_local int held = 0;

template <class Function>
Function* next(const char* name) noexcept {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

int count(int failed, int by) noexcept {
    if (failed == 0) held += by;
    return failed;
}

} // namespace

// These stand before the C library's own, which they call. A wait on a condition lets go of its mutex and takes it again
// inside of that library, unseen and in balance.
extern "C" {

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
    static auto* const real = next<int(pthread_mutex_t*)>("pthread_mutex_lock");
    return count(real(mutex), 1);
}
int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
    static auto* const real = next<int(pthread_mutex_t*)>("pthread_mutex_trylock");
    return count(real(mutex), 1);
}
int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
    static auto* const real = next<int(pthread_mutex_t*)>("pthread_mutex_unlock");
    return count(real(mutex), -1);
}
int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept {
    static auto* const real = next<int(pthread_rwlock_t*)>("pthread_rwlock_rdlock");
    return count(real(lock), 1);
}
int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept {
    static auto* const real = next<int(pthread_rwlock_t*)>("pthread_rwlock_wrlock");
    return count(real(lock), 1);
}
int pthread_rwlock_tryrdlock(pthread_rwlock_t* lock) noexcept {
    static auto* const real = next<int(pthread_rwlock_t*)>("pthread_rwlock_tryrdlock");
    return count(real(lock), 1);
}
int pthread_rwlock_trywrlock(pthread_rwlock_t* lock) noexcept {
    static auto* const real = next<int(pthread_rwlock_t*)>("pthread_rwlock_trywrlock");
    return count(real(lock), 1);
}
int pthread_rwlock_unlock(pthread_rwlock_t* lock) noexcept {
    static auto* const real = next<int(pthread_rwlock_t*)>("pthread_rwlock_unlock");
    return count(real(lock), -1);
}
} // extern "C"

namespace streams::simulation {
int held_locks() noexcept { return held; }
} // namespace streams::simulation

#endif
