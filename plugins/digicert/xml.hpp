#pragma once

#include "shared/xml.hpp"

namespace digicert {
namespace xml = certbroker::plugin::xml;
} // namespace digicert
