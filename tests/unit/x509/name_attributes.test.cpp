#include "x509/name_attributes.hpp"

#include "x509/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::x509;

TEST_CASE("Labels are those that Windows shows, and the OID where there is none") {
    CHECK(name_attribute_label("2.5.4.3") == "CN");
    CHECK(name_attribute_label("2.5.4.8") == "S");
    CHECK(name_attribute_label("1.2.840.113549.1.9.1") == "E");
    CHECK(name_attribute_label("1.2.3.4") == "1.2.3.4");
}

TEST_CASE("Every label leads to an OID that leads back to a label of the same OID") {
    for (const std::string &label : detail::attribute_labels()) {
        INFO(label);
        const auto *type = detail::attribute_by_label(label);
        REQUIRE(type != nullptr);
        CHECK(der::is_oid(type->oid));
        CHECK(detail::attribute_by_oid(type->oid)->oid == type->oid);
        CHECK(detail::attribute_by_oid(type->oid)->syntax == type->syntax);
    }
    CHECK(detail::attribute_by_label("") == nullptr);
    CHECK(detail::attribute_by_label("XX") == nullptr);
}

TEST_CASE("PrintableString has no at sign, asterisk, underscore or ampersand") {
    CHECK(detail::is_printable_string("Az09 '()+,-./:=?"));
    for (const char *text : {"@", "*", "_", "&", "\"", "#", ";", "\xc3\xa4"})
        CHECK_FALSE(detail::is_printable_string(text));
}
