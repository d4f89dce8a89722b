#pragma once

#include <string>

namespace certbroker::test {

/// Moves this process and those it starts into a network of their own with nothing but a loopback. Says why not when it
/// cannot; empty when it has.
std::string enter_own_network();

} // namespace certbroker::test
