#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "profile/request.hpp"

/// Look-ups in inf_vocabulary(), any case. Private to profile.
namespace certbroker::profile {

const VocabularyWord *find_word(std::string_view section, std::string_view key) noexcept;
bool is_known_section(std::string_view section) noexcept;
std::vector<std::string> known_sections();
std::vector<std::string> keys_of(std::string_view section);
/// The same key in a section where it means something, to explain a misplaced line.
const VocabularyWord *find_elsewhere(std::string_view section, std::string_view key) noexcept;

} // namespace certbroker::profile
