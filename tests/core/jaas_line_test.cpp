#include "catch.hpp"
#include "src/core/jaas_line.hpp"

#include <streams/core/error.hpp>

#include <string>

using streams::jaas_line;

TEST_CASE("a login line has a module and options, in quotes of both kinds or in none") {
    const auto line =
        jaas_line::parse("  a.b.PlainLoginModule required\n username=\"al\\\"ice\" password = 'p w;d' x=1 ; ");
    CHECK(line.module == "a.b.PlainLoginModule");
    CHECK(line.options.size() == 3);
    CHECK(line.options.at("username") == "al\"ice");
    CHECK(line.options.at("password") == "p w;d");
    CHECK(line.options.at("x") == "1");
    CHECK(jaas_line::parse("M required;").options.empty());
}

TEST_CASE("a login line that is malformed is refused by what it lacks, and not shown") {
    for (const auto& [text, lacking] :
         {std::pair{"", "names no login module"}, std::pair{"s3cret;", "does not say `required`"},
          std::pair{"M required password=\"s3cret", "that none closes"},
          std::pair{"M required s3cret;", "other than OPTION=VALUE"},
          std::pair{"M required password='s3cret'", "does not end with a semicolon"},
          std::pair{"M required; N required password=s3cret;", "more than one"}}) {
        INFO(text);
        CHECK_THROWS_WITH(jaas_line::parse(text), containing(lacking) && !containing("s3cret"));
    }
}
