#include "token.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace microsoft_ca;

TEST_CASE("token: what is written is read, what is not ours is nothing") {
    const Token token{"ces", "1017", "https://ca.example.test/CES", std::string(64, 'a')};
    const auto read = read_token(write_token(token));
    REQUIRE(read);
    CHECK(read->transport == "ces");
    CHECK(read->request == "1017");
    CHECK(read->where == token.where);
    CHECK(read->key_id == token.key_id);
    CHECK(read_token(write_token({"dcom", "1", "", ""})));
    for (const std::string &bad :
         {std::string(), std::string("microsoft-ca 2\nces\n1\n\n"), std::string("microsoft-ca 1\nces\n1\n"),
          std::string("microsoft-ca 1\nrpc\n1\n\n"), std::string("microsoft-ca 1\nces\n-1\n\n"),
          std::string("microsoft-ca 1\nces\n1\n\nzz"), std::string("microsoft-ca 1\nces\n1\n\n\xff"),
          "microsoft-ca 1\nces\n1\n" + std::string(9000, 'x') + "\n"})
        CHECK_FALSE(read_token(bad));
}
