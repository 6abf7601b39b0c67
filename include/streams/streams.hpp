#pragma once

/// Everything but the optional parts (<streams/json/json.hpp>, <streams/testing/...>): what a service includes.

#include <streams/core/config.hpp>
#include <streams/core/error.hpp>
#include <streams/core/log.hpp>
#include <streams/dsl/streams_builder.hpp>
#include <streams/runtime/kafka_streams.hpp>
#include <streams/serde/serde.hpp>
#include <streams/serde/standard.hpp>
#include <streams/serde/windowed.hpp>
#include <streams/topology/topology.hpp>
