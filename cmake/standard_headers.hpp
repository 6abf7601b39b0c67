#pragma once

// The standard headers that most of the library's sources include, parsed once (streams_precompile). A source includes what it
// uses all the same: the clang preset compiles without this.

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>
