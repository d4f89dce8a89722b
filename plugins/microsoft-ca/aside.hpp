#pragma once

#include <chrono>
#include <functional>

#include "certbroker/plugin.hpp"

namespace microsoft_ca {

/// How waiting for something that blocks ended.
enum class AsideEnd {
    done,
    stopped, ///< the host wants the call to end; it knows why
    overdue  ///< `longest` is over
};

/// Runs `body`, which may block and cannot be stopped, on a thread of its own, and waits. Who must not wait any longer
/// leaves the thread behind, having called `left_behind`: so `body` has to own all that it uses. What it throws is
/// thrown here. `status` gets the host's, when stopped.
AsideEnd run_aside(certbroker::plugin::Call call, std::function<void()> body, std::chrono::milliseconds longest,
                   const std::function<void()> &left_behind, cbp_status &status);

} // namespace microsoft_ca
