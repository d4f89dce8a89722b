#include "base/fault.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "base/file.hpp"
#include "support/temporary_folder.hpp"

using namespace certbroker;

namespace {

std::vector<std::string> *passed = nullptr;

} // namespace

TEST_CASE("fault points do nothing until somebody listens") {
    fault::point("nobody");
    std::vector<std::string> names;
    passed = &names;
    fault::hook = [](const char *name) { passed->emplace_back(name); };
    fault::point("one");
    const test::TemporaryFolder folder;
    const bool written = file::write_atomic(folder / "a", {}, file::Access::everyone, true, "durable.step").has_value();
    fault::hook = nullptr;
    fault::point("two");
    CHECK(written);
    CHECK(names == std::vector<std::string>{"one", "durable.step", "durable.step", "durable.step"});
}
