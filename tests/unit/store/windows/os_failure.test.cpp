#include "store/windows/os_failure.hpp"

#include "windows/world.hpp"

using namespace certbroker;
using namespace certbroker::store;

TEST_CASE("Windows' codes are told apart by what they mean to a store") {
    CHECK(is_access(ERROR_ACCESS_DENIED));
    CHECK(is_access(static_cast<DWORD>(NTE_PERM)));
    CHECK_FALSE(is_access(ERROR_DISK_FULL));
    CHECK(is_absent(code_of(NTE_BAD_KEYSET)));
    CHECK(is_absent(static_cast<DWORD>(CRYPT_E_NOT_FOUND)));
    CHECK_FALSE(is_absent(ERROR_ACCESS_DENIED));
    CHECK(is_unsupported(code_of(NTE_NOT_SUPPORTED)));
    CHECK_FALSE(is_unsupported(ERROR_ACCESS_DENIED));
    const Error denied = os_failure("It could not be done", ERROR_ACCESS_DENIED);
    CHECK(denied.id() == "Store.Access");
    CHECK(denied.numbers().at(ErrorNumber::os_code) == ERROR_ACCESS_DENIED);
    CHECK(denied.message().starts_with("It could not be done: "));
    CHECK(os_failure("It could not be done", ERROR_DISK_FULL).id() == "Store.Io");
}
