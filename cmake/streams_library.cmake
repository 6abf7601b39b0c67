# The one library of all modules: streams::streams.

get_property(streams_modules GLOBAL PROPERTY STREAMS_MODULES)
if(NOT streams_modules)
    add_library(streams INTERFACE)
    set(streams_scope INTERFACE)
else()
    add_library(streams)
    set(streams_scope PUBLIC)
    foreach(module IN LISTS streams_modules)
        target_sources(streams PRIVATE $<TARGET_OBJECTS:streams_${module}>)
        get_property(libraries GLOBAL PROPERTY STREAMS_LIBRARIES_${module})
        target_link_libraries(streams PRIVATE ${libraries})
    endforeach()
    set_target_properties(streams PROPERTIES
        LINKER_LANGUAGE CXX
        VERSION ${PROJECT_VERSION}
        SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
endif()
add_library(streams::streams ALIAS streams)
target_compile_features(streams ${streams_scope} cxx_std_20)
target_include_directories(streams ${streams_scope}
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(streams ${streams_scope} range-v3::range-v3 Threads::Threads)
