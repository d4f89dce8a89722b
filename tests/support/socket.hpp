#pragma once

#include <cstddef>
#include <cstdint>

/// The few calls on sockets that a test server needs, on every platform: <winsock2.h> and OpenSSL do not go together.
namespace certbroker::test::net {

using Socket = std::intptr_t;
inline constexpr Socket none = -1;

/// Listens on the loopback at a port of the system's choice; `none` when it cannot (without IPv6, for example).
Socket listen(bool ip6, std::uint16_t &port);
Socket accept(Socket listener);
/// Whether something can be read, or the end of it.
bool readable(Socket socket, int milliseconds);
bool writable(Socket socket, int milliseconds);
/// From now on send() takes what fits and returns.
void never_block(Socket socket);
/// Bytes, 0 at the end, negative on failure. A partner who is gone is no signal.
long receive(Socket socket, char *buffer, std::size_t size);
long send(Socket socket, const char *bytes, std::size_t size);
void finish_sending(Socket socket);
void close(Socket socket);

} // namespace certbroker::test::net
