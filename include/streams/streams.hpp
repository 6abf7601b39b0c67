#pragma once

/// Everything but the optional parts (<streams/json/json.hpp>, <streams/testing/...>): what a service includes.

#include <streams/core/clock.hpp>
#include <streams/core/config.hpp>
#include <streams/core/error.hpp>
#include <streams/core/execution.hpp>
#include <streams/core/log.hpp>
#include <streams/core/manual_clock.hpp>
#include <streams/core/partitioner.hpp>
#include <streams/core/properties.hpp>
#include <streams/dsl/calendar_days.hpp>
#include <streams/dsl/streams_builder.hpp>
#include <streams/fwd.hpp>
#include <streams/metrics/prometheus_text.hpp>
#include <streams/runtime/kafka_streams.hpp>
#include <streams/serde/serde.hpp>
#include <streams/serde/standard.hpp>
#include <streams/serde/windowed.hpp>
#include <streams/state/typed_key_value_store.hpp>
#include <streams/state/typed_session_store.hpp>
#include <streams/state/typed_versioned_store.hpp>
#include <streams/state/typed_window_store.hpp>
#include <streams/topology/processor.hpp>
#include <streams/topology/processor_api.hpp>
#include <streams/topology/processor_context.hpp>
#include <streams/topology/topology.hpp>
