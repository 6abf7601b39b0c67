# What `cmake --install` puts where: headers, libraries, the CMake package `streams` (component json for streams::json)
# and pkg-config files.
include(CMakePackageConfigHelpers)

get_target_property(streams_type streams TYPE)
set(streams_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/streams")

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/streams" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
    FILES_MATCHING PATTERN "*.hpp"
    PATTERN "json" EXCLUDE)
install(TARGETS streams EXPORT streams_targets)
install(EXPORT streams_targets FILE streams_targets.cmake NAMESPACE streams:: DESTINATION "${streams_package_dir}")

configure_package_config_file(cmake/streams-config.cmake.in "${PROJECT_BINARY_DIR}/streams-config.cmake"
    INSTALL_DESTINATION "${streams_package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/streams-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES
    "${PROJECT_BINARY_DIR}/streams-config.cmake"
    "${PROJECT_BINARY_DIR}/streams-config-version.cmake"
    "${PROJECT_SOURCE_DIR}/cmake/Findrdkafka.cmake"
    DESTINATION "${streams_package_dir}")

# pkg-config finds itself by its own place, so that the installed tree can be moved.
set(streams_pc_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
file(RELATIVE_PATH streams_pc_to_prefix "/${streams_pc_dir}" "/")
set(streams_pc_requires "")
set(streams_pc_libraries "")
if(streams_type STREQUAL "STATIC_LIBRARY")
    # What a static library needs, its user links. Debian's RocksDB is known to pkg-config; another is named by its file.
    set(streams_pc_requires "rdkafka cpp-httplib ${STREAMS_ABSL_TARGETS}")
    string(REPLACE "absl::" "absl_" streams_pc_requires "${streams_pc_requires}")
    string(REPLACE ";" " " streams_pc_requires "${streams_pc_requires}")
    if(STREAMS_ROCKSDB_TARGET STREQUAL "RocksDB::rocksdb-shared")
        set(streams_pc_libraries "-L$<TARGET_FILE_DIR:${STREAMS_ROCKSDB_TARGET}> -lrocksdb -pthread")
    else()
        set(streams_pc_libraries
            "$<TARGET_FILE:${STREAMS_ROCKSDB_TARGET}> -lsnappy -lz -lbz2 -llz4 -lzstd -ldl -pthread")
    endif()
endif()
function(streams_pkg_config name)
    configure_file("cmake/${name}.pc.in" "${PROJECT_BINARY_DIR}/${name}.pc.configured" @ONLY)
    file(GENERATE OUTPUT "${PROJECT_BINARY_DIR}/${name}.pc" INPUT "${PROJECT_BINARY_DIR}/${name}.pc.configured")
    install(FILES "${PROJECT_BINARY_DIR}/${name}.pc" DESTINATION "${streams_pc_dir}")
endfunction()
streams_pkg_config(streams)

if(TARGET streams_json_library)
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/streams/json" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/streams"
        FILES_MATCHING PATTERN "*.hpp")
    install(TARGETS streams_json_library EXPORT streams_json_targets)
    install(EXPORT streams_json_targets FILE streams_json_targets.cmake NAMESPACE streams::
        DESTINATION "${streams_package_dir}")
    get_target_property(streams_json_type streams_json_library TYPE)
    set(streams_json_pc_library "")
    if(NOT streams_json_type STREQUAL "INTERFACE_LIBRARY")
        set(streams_json_pc_library "-lstreams_json")
    endif()
    streams_pkg_config(streams-json)
endif()
