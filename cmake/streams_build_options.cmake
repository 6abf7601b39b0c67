# How our own code is compiled: standard, warnings, sanitizers, ccache, and no more compile jobs than memory allows.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(PROJECT_IS_TOP_LEVEL)
    set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
    if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
        set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
    endif()
    if(NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
        find_program(STREAMS_CCACHE ccache)
        if(STREAMS_CCACHE)
            # Without it, what uses a precompiled header is not cached.
            set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
                CCACHE_SLOPPINESS=pch_defines,time_macros "${STREAMS_CCACHE}")
        endif()
    endif()

    # A compile job may need up to 2 GB.
    cmake_host_system_information(RESULT streams_memory_mb QUERY TOTAL_PHYSICAL_MEMORY)
    math(EXPR streams_jobs "${streams_memory_mb} / 2048")
    if(streams_jobs LESS 1)
        set(streams_jobs 1)
    endif()
    set_property(GLOBAL APPEND PROPERTY JOB_POOLS streams_compile=${streams_jobs})
    set(CMAKE_JOB_POOL_COMPILE streams_compile)
endif()

add_library(streams_build_options INTERFACE)
target_compile_features(streams_build_options INTERFACE cxx_std_20)
target_compile_options(streams_build_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor)
# Options are aggregates: who names some members means the defaults of the others.
target_compile_options(streams_build_options INTERFACE -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    # -Wconversion as g++ understands it; and std::stable_sort of libstdc++ 12 calls what is deprecated.
    target_compile_options(streams_build_options INTERFACE -Wno-sign-conversion -Wno-deprecated-declarations)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Of the compiler itself: collecting its garbage less often saves a tenth of its time.
    target_compile_options(streams_build_options INTERFACE --param=ggc-min-heapsize=1000000)
endif()
if(STREAMS_WARNINGS_AS_ERRORS)
    target_compile_options(streams_build_options INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # False positives of g++ 12 at -O2, inside the standard library's own headers.
    target_compile_options(streams_build_options INTERFACE -Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overflow
        -Wno-stringop-overread -Wno-array-bounds)
endif()

if(STREAMS_SANITIZE)
    # Everything of the build, tests and examples too: a part without would hide faults or report false ones.
    add_compile_options(-fsanitize=${STREAMS_SANITIZE} -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${STREAMS_SANITIZE})
    if(STREAMS_SANITIZE MATCHES "undefined")
        add_compile_options(-fno-sanitize-recover=undefined)
    endif()
    if(STREAMS_SANITIZE MATCHES "thread")
        add_library(streams_c11_threads OBJECT "${CMAKE_CURRENT_LIST_DIR}/sanitizers/c11_threads.cpp")
        link_libraries(
            "$<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:$<TARGET_OBJECTS:streams_c11_threads>>")
    endif()
endif()
