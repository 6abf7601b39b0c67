#pragma once

// What nearly every test of the whole library includes.

#include "catch.hpp"

#include <streams/streams.hpp>
#include <streams/testing/embedded_cluster.hpp>
#include <streams/testing/topology_test_driver.hpp>
