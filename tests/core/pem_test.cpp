#include "catch.hpp"
#include "src/core/pem.hpp"

using streams::pem_in_lines;

TEST_CASE("PEM in one line gets the lines that OpenSSL wants, each block of it") {
    const std::string long_line(70, 'A');
    CHECK(pem_in_lines("-----BEGIN CERTIFICATE----- QUJD REVG -----END CERTIFICATE----- -----BEGIN CERTIFICATE-----" +
                       long_line + "-----END CERTIFICATE-----") ==
          "-----BEGIN CERTIFICATE-----\nQUJDREVG\n-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\n" +
              std::string(64, 'A') + "\n" + std::string(6, 'A') + "\n-----END CERTIFICATE-----\n");
}

TEST_CASE("what has lines, or is cut short, or no PEM at all, stays as it is") {
    for (const std::string& text :
         std::initializer_list<std::string>{"-----BEGIN X-----\nQUJD\n-----END X-----\n", "-----BEGIN X----- QUJD",
                                            "-----BEGIN X", "QUJD", "", "-----BEGIN X----- QUJD -----END X"})
        CHECK(pem_in_lines(text) == text);
}
