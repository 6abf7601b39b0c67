#pragma once

#include <streams/streams.hpp>

/// Counts how often each word occurs in the lines of topic `lines`, without regard to case; the counts, 8 bytes
/// big-endian each, go to topic `word_counts` under the word.
[[nodiscard]] streams::topology word_count();
