# Finds librdkafka, whose packages often come with a pkg-config file only. Defines rdkafka::rdkafka and rdkafka_VERSION.

find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
    pkg_check_modules(PC_rdkafka QUIET rdkafka)
endif()

find_path(rdkafka_INCLUDE_DIR librdkafka/rdkafka.h HINTS ${PC_rdkafka_INCLUDE_DIRS})
find_library(rdkafka_LIBRARY rdkafka HINTS ${PC_rdkafka_LIBRARY_DIRS})
mark_as_advanced(rdkafka_INCLUDE_DIR rdkafka_LIBRARY)

if(PC_rdkafka_VERSION)
    set(rdkafka_VERSION "${PC_rdkafka_VERSION}")
elseif(rdkafka_INCLUDE_DIR)
    # #define RD_KAFKA_VERSION 0x020002ff
    file(STRINGS "${rdkafka_INCLUDE_DIR}/librdkafka/rdkafka.h" rdkafka_version_line REGEX "define RD_KAFKA_VERSION 0x")
    if(rdkafka_version_line MATCHES "0x([0-9a-f][0-9a-f])([0-9a-f][0-9a-f])([0-9a-f][0-9a-f])")
        math(EXPR rdkafka_major "0x${CMAKE_MATCH_1}")
        math(EXPR rdkafka_minor "0x${CMAKE_MATCH_2}")
        math(EXPR rdkafka_patch "0x${CMAKE_MATCH_3}")
        set(rdkafka_VERSION "${rdkafka_major}.${rdkafka_minor}.${rdkafka_patch}")
    endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(rdkafka
    REQUIRED_VARS rdkafka_LIBRARY rdkafka_INCLUDE_DIR
    VERSION_VAR rdkafka_VERSION
    REASON_FAILURE_MESSAGE "librdkafka is missing, on Debian: apt-get install librdkafka-dev")

if(rdkafka_FOUND AND NOT TARGET rdkafka::rdkafka)
    add_library(rdkafka::rdkafka UNKNOWN IMPORTED)
    set_target_properties(rdkafka::rdkafka PROPERTIES
        IMPORTED_LOCATION "${rdkafka_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${rdkafka_INCLUDE_DIR}")
endif()
