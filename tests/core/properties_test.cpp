#include "catch.hpp"

#include <streams/core/error.hpp>
#include <streams/core/properties.hpp>

#include <fstream>

using streams::parse_properties;
using properties = std::map<std::string, std::string>;

TEST_CASE("properties are names and values, one a line") {
    CHECK(parse_properties("a=1\nb: 2\r\nc 3\n  d  =  4 \ne") ==
          properties{{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4 "}, {"e", ""}});
}

TEST_CASE("comments and empty lines of properties are skipped") {
    CHECK(parse_properties("# a=1\n\n   ! b=2\\\n \t\nc=# not one") == properties{{"c", "# not one"}});
}

TEST_CASE("a backslash continues a property on the next line") {
    CHECK(parse_properties("a=1,\\\n    2\\\\\nb=3") == properties{{"a", "1,2\\"}, {"b", "3"}});
}

TEST_CASE("escapes in properties are resolved") {
    CHECK(parse_properties("a\\=b=\\t\\u00fc\\u20ac\\z") == properties{{"a=b", "\tü€z"}});
    CHECK_THROWS_AS(parse_properties("a=\\u12"), streams::config_error);
}

TEST_CASE("of equal property names the last one counts") { CHECK(parse_properties("a=1\na=2").at("a") == "2"); }

TEST_CASE("a configuration file that cannot be read is an error that names it") {
    CHECK_THROWS_WITH(streams::read_properties("/nonexistent/x.properties"), containing("/nonexistent/x.properties"));
}
