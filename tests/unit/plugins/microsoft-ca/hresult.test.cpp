#include "hresult.hpp"

#include <catch2/catch_test_macros.hpp>

#include <set>
#include <string>

using namespace microsoft_ca;

TEST_CASE("hresult: the codes of MS-WSTEP's examples are named, others are shown as they are") {
    CHECK(explain_hresult(static_cast<std::uint32_t>(-2146877420)) ==
          "0x80094014 CERTSRV_E_ADMIN_DENIED_REQUEST: the CA's administrator denied the request");
    CHECK(std::string(find_hresult(static_cast<std::uint32_t>(-2146877422))->name) == "CERTSRV_E_TEMPLATE_DENIED");
    CHECK(explain_hresult(0x80041234U) == "0x80041234");
    CHECK(find_hresult(0) == nullptr);
}

TEST_CASE("hresult: each row is there once, with a remedy") {
    std::set<std::uint32_t> seen;
#define CERTBROKER_HRESULT(code, symbol, explanation, advice)                                                          \
    CHECK(seen.insert(code##U).second);                                                                                \
    CHECK(std::string(find_hresult(code##U)->name) == #symbol);                                                        \
    CHECK(std::string(advice).ends_with("."));
#include "hresult.def"
#undef CERTBROKER_HRESULT
    CHECK(seen.size() > 40);
}

TEST_CASE("hresult: a code is found in a disposition message of any language") {
    CHECK(hresult_in("Verweigert durch Richtlinienmodul  0x80094800, Die angeforderte Zertifikatvorlage") ==
          0x80094800U);
    CHECK(hresult_in("\xe6\x8b\x92\xe5\x90\xa6 (0x80094012)") == 0x80094012U);
    CHECK(hresult_in("0x8009, 0x800706BA (WIN32: 1722)") == 0x800706BAU);
    CHECK(hresult_in("0x8") == 0U);
    CHECK(hresult_in("") == 0U);
}
