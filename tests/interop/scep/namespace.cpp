#include "namespace.hpp"

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace certbroker::test {
namespace {

bool raise_loopback() {
    const int handle = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (handle < 0) return false;
    ifreq request{};
    std::memcpy(request.ifr_name, "lo", 3);
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    const bool up = ::ioctl(handle, SIOCSIFFLAGS, &request) == 0;
    (void)::close(handle);
    return up;
}

} // namespace

std::string enter_own_network() {
    // Without root a user namespace gives the right to a network namespace, where the system allows that.
    if (::unshare(CLONE_NEWNET) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        return std::string("this account may not make a network namespace: ") + std::strerror(errno);
    if (!raise_loopback())
        return std::string("the loopback of the namespace does not come up: ") + std::strerror(errno);
    return {};
}

} // namespace certbroker::test
