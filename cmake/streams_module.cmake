# streams_module(<name> [NEEDS <module>...] [LIBRARIES <target>...])
#
# Makes the object library streams_<name> of all sources below the current folder. NEEDS names the modules its code
# calls, so that a test binary can link a module with no more than it needs. No target where there is no source yet.
function(streams_module name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "NEEDS;LIBRARIES")
    set_property(GLOBAL PROPERTY STREAMS_NEEDS_${name} "${arg_NEEDS}")
    set_property(GLOBAL PROPERTY STREAMS_LIBRARIES_${name} "${arg_LIBRARIES}")

    file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
    if(NOT sources)
        return()
    endif()
    add_library(streams_${name} OBJECT ${sources})
    streams_own_code(streams_${name})
    target_link_libraries(streams_${name} PRIVATE ${arg_LIBRARIES})
    streams_precompile(streams_${name} "${PROJECT_SOURCE_DIR}/cmake/standard_headers.hpp")
    streams_compile_together(streams_${name})
    set_property(GLOBAL APPEND PROPERTY STREAMS_MODULES ${name})
endfunction()

# Our own compile options and include folders: include/ for the public headers, the root for the internal ones.
function(streams_own_code target)
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:streams_build_options> range-v3::range-v3 Threads::Threads)
endfunction()

# The modules `names` with all that they need, each once.
function(streams_module_closure result)
    set(open ${ARGN})
    set(closed "")
    while(open)
        list(POP_FRONT open name)
        if(NOT name IN_LIST closed)
            list(APPEND closed ${name})
            get_property(needs GLOBAL PROPERTY STREAMS_NEEDS_${name})
            list(APPEND open ${needs})
        endif()
    endwhile()
    set(${result} ${closed} PARENT_SCOPE)
endfunction()

# Links `target` with the objects of the given modules and of all that they need, and with nothing else.
function(streams_link_modules target)
    streams_module_closure(modules ${ARGN})
    foreach(name IN LISTS modules)
        get_property(libraries GLOBAL PROPERTY STREAMS_LIBRARIES_${name})
        if(TARGET streams_${name})
            target_link_libraries(${target} PRIVATE streams_${name} ${libraries})
        endif()
    endforeach()
endfunction()
