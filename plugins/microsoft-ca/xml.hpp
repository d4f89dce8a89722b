#pragma once

#include "shared/xml.hpp"

namespace microsoft_ca {
namespace xml = certbroker::plugin::xml;
} // namespace microsoft_ca
