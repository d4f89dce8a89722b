#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace certbroker::abi {

/// A word that completion offers.
struct Word {
    std::string name, value, summary;
};
/// The kinds that certbroker_list_vocabulary documents; Base.Argument for others.
Result<std::vector<Word>> vocabulary(std::string_view kind);

} // namespace certbroker::abi
