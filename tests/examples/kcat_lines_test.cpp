#include "catch.hpp"

#include "kcat_lines.hpp"

TEST_CASE("help shows a line that feeds each input topic, and one that reads each output topic") {
    const auto lines = kcat_lines({.name = "example",
                                   .sample = {{"keyed", "k", "1"}, {"plain", {}, "2"}, {"keyed", "k", "3"}},
                                   .outputs = {{"texts"}, {"counts", shown_as::number}}});
    CHECK(lines == "Feed it, with the first records of its sample:\n"
                   "  echo 'k:1' | kcat -P -b localhost:9092 -t keyed -K: -X partitioner=murmur2_random\n"
                   "  echo '2' | kcat -P -b localhost:9092 -t plain\n"
                   "Read what it writes:\n"
                   "  kcat -C -b localhost:9092 -t texts -e -q -K:\n"
                   "  kcat -C -b localhost:9092 -t counts -e -q -K: -s value=q\n");
}
