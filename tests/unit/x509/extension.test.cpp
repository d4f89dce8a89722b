#include "x509/extension.hpp"

#include "base/der.hpp"
#include "x509/fixtures.hpp"

using namespace certbroker;
using namespace certbroker::x509;
using test::hex;
using test::id_of;
using test::must;

TEST_CASE("Key usages have Microsoft's numbers and RFC 5280's bits") {
    // The values that the protocol notes print.
    CHECK(to_hex(make_key_usage(0xa0).value) == "030205a0");
    CHECK(to_hex(make_key_usage(0xf0).value) == "030204f0");
    CHECK(to_hex(make_key_usage(0x06).value) == "03020106");
    CHECK(to_hex(make_key_usage(0x8000).value) == "0303070080");
    CHECK(to_hex(make_key_usage(0).value) == "030100");
    CHECK(make_key_usage(0xa0).critical);
    for (const std::uint32_t bits : {0U, 0x80U, 0xa0U, 0xffU, 0x8000U, 0x8008U, 0x80ffU})
        CHECK(must(decode_key_usage(make_key_usage(bits).value)) == bits);
    CHECK(test::data_certificate("dotnet.cer").key_usage() ==
          (key_usage::digital_signature | key_usage::decipher_only));
    CHECK(id_of(decode_key_usage(hex("030600a000000000"))) == "Extension.Value");
    CHECK(id_of(decode_key_usage(hex("030205a000"))) == "Base.Der");
    CHECK(id_of(decode_key_usage(hex("0401a0"))) == "Base.Der");
}

TEST_CASE("The simple extensions have their published encodings") {
    CHECK(to_hex(make_enhanced_key_usage({"1.3.6.1.5.5.7.3.1"}).value) == "300a06082b06010505070301");
    CHECK(to_hex(make_basic_constraints(false, std::nullopt, true).value) == "3000");
    CHECK(to_hex(make_basic_constraints(true, std::nullopt, true).value) == "30030101ff");
    CHECK(to_hex(make_basic_constraints(true, 0, true).value) == "30060101ff020100");
    CHECK(to_hex(make_subject_key_identifier(hex("0102")).value) == "04020102");
    CHECK(to_hex(make_authority_key_identifier(hex("0102")).value) == "300480020102");
    CHECK(to_hex(make_template_name("User").value) == "1e080055007300650072");
    CHECK(to_hex(make_template_information("1.2.3", 100, 5).value) == "300a06022a03020164020105");
    CHECK(to_hex(make_template_information("1.2.3", std::nullopt, std::nullopt).value) == "300406022a03");
    CHECK(to_hex(make_template_information("1.2.3", std::nullopt, 7).value) == "300a06022a03020100020107");
    CHECK(to_hex(make_crl_distribution_points({"http://a/b"}).value) == "3012"
                                                                        "3010"
                                                                        "a00e"
                                                                        "a00c"
                                                                        "860a"
                                                                        "687474703a2f2f612f62");
    CHECK(to_hex(make_smime_capabilities().value) ==
          "3033300b060960864801650304012a300b0609608648016503040116300b0609608648016503040102300a06082a864886f70d0307");
    CHECK(make_subject_alt_name({must(make_dns("a.de"))}).value == hex("30068204612e6465"));
    CHECK_FALSE(make_subject_alt_name({must(make_dns("a.de"))}).critical);
}

TEST_CASE("What others encoded is decoded") {
    const Certificate sub = test::data_certificate("chain-sub.pem");
    const Certificate leaf = test::data_certificate("chain-leaf.pem");
    CHECK(sub.basic_constraints().ca);
    CHECK(sub.basic_constraints().path_length == 0U);
    CHECK(leaf.authority_key_identifier() == sub.subject_key_identifier());
    CHECK(leaf.authority_key_identifier().size() == 20);
    CHECK(leaf.enhanced_key_usage() == std::vector<std::string>{"1.3.6.1.5.5.7.3.1"});
    CHECK(must(decode_policies(find_extension(sub.extensions(), oid::certificate_policies)->value)) ==
          std::vector<std::string>{"1.2.3.4"});
}

TEST_CASE("An encoded FALSE is read, though DER would leave it out") {
    CHECK_FALSE(must(decode_basic_constraints(hex("3003010100"))).ca);
    CHECK_FALSE(must(decode_extensions(hex("300c300a0603551d130101000400")))[0].critical);
}

TEST_CASE("Malformed values are refused") {
    CHECK(id_of(decode_basic_constraints(hex("30060101ff0201ff"))) == "Extension.Value");
    CHECK(id_of(decode_basic_constraints(hex("3003010101"))) == "Base.Der");
    CHECK(id_of(decode_basic_constraints(hex("30060101ff020100ff"))) == "Base.Der");
    CHECK(id_of(decode_oid_list(hex("3000"))) == "Extension.Value");
    CHECK(id_of(decode_oid_list(hex("30020601"))) == "Base.Der");
    CHECK(id_of(decode_policies(hex("300406022a03"))) == "Base.Der");
    CHECK(id_of(decode_subject_key_identifier(hex("0402010203"))) == "Base.Der");
    CHECK(must(decode_authority_key_identifier(hex("3003820101"))).empty());
    CHECK(id_of(decode_authority_key_identifier(hex("040101"))) == "Base.Der");
}

TEST_CASE("Lists of extensions are encoded, read back and limited") {
    const std::vector<Extension> extensions{make_key_usage(0xa0), make_enhanced_key_usage({"1.3.6.1.5.5.7.3.1"})};
    const auto again = must(decode_extensions(encode_extensions(extensions)));
    REQUIRE(again.size() == 2);
    CHECK(again[0].oid == oid::key_usage);
    CHECK(again[0].critical);
    CHECK(again[1].value == extensions[1].value);
    CHECK(find_extension(again, "2.5.29.37") == &again[1]);
    CHECK(find_extension(again, "2.5.29.99") == nullptr);
    CHECK(id_of(decode_extensions(encode_extensions({extensions[0], extensions[0]}))) == "Extension.Value");
    std::vector<Extension> many;
    for (int i = 0; i < 101; ++i)
        many.push_back({"1.2." + std::to_string(i), false, {}});
    CHECK(id_of(decode_extensions(encode_extensions(many))) == "Extension.Value");
    many.pop_back();
    CHECK(must(decode_extensions(encode_extensions(many))).size() == 100);
}
