#pragma once

#include <memory>
#include <string>
#include <vector>

#include "issuance/broker.hpp"

/// What the processes do that are killed while they do it.
namespace certbroker::crash {

std::unique_ptr<issuance::Broker> make_broker(const std::string &home);

/// Brings a home to where the scenario starts: the authority "lab", an old certificate, and so on.
void set_up(const std::string &home, const std::string &scenario);
/// Does it once. The exit code of the process: 0 when all went well.
int run(const std::string &home, const std::string &scenario);

/// All that start from a home that was set up.
const std::vector<std::string> &scenario_names();

} // namespace certbroker::crash
