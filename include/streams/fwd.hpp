#pragma once

#include <streams/dsl/fwd.hpp>

/// Names of the library's types, for headers that only mention them.
namespace streams::inline v0 {

class bytes;
class bytes_view;
class headers;
class clock;
struct header;
struct record_metadata;
struct record_view;
struct streams_config;
struct task_id;
struct topic_partition;
struct uuid;
struct window;
template <class Key, class Value>
struct record;

template <class T>
struct serde;
template <class Key>
struct windowed;
template <class Key>
struct session_windowed;

class state_store;
class key_value_store;
class window_store;
class session_store;
struct store_spec;
template <class Value>
struct value_and_timestamp;

class node;
class task_context;
class topology;
class kafka_streams;
class topology_test_driver;
class embedded_cluster;

} // namespace streams::inline v0
