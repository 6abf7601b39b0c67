#pragma once

// Which sanitizers the tests are built with: g++ says it by macros, clang by features.

#if defined(__has_feature)
#define STREAMS_HAS_FEATURE(name) __has_feature(name)
#else
#define STREAMS_HAS_FEATURE(name) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || STREAMS_HAS_FEATURE(address_sanitizer)
#define STREAMS_ADDRESS_SANITIZER 1
#else
#define STREAMS_ADDRESS_SANITIZER 0
#endif

#if defined(__SANITIZE_THREAD__) || STREAMS_HAS_FEATURE(thread_sanitizer)
#define STREAMS_THREAD_SANITIZER 1
#else
#define STREAMS_THREAD_SANITIZER 0
#endif
