// What the examples of docs/metrics.md may use.
#include <streams/streams.hpp>

#include <iostream>
#include <variant>

#define EXAMPLE_PREAMBLE                                                                                               \
    streams::streams_builder builder;                                                                                  \
    const streams::streams_config config;
