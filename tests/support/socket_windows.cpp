#include "socket.hpp"

#include <winsock2.h>
#include <ws2tcpip.h>

namespace certbroker::test::net {
namespace {

/// Winsock for the life of the process.
bool started() {
    static const bool good = [] {
        WSADATA data{};
        return WSAStartup(MAKEWORD(2, 2), &data) == 0;
    }();
    return good;
}

SOCKET handle(Socket socket) {
    return static_cast<SOCKET>(socket);
}

template<class Address>
Socket listen_at(Address address, std::uint16_t &port, USHORT Address::*port_field, int family) {
    if (!started()) return none;
    const SOCKET socket = ::socket(family, SOCK_STREAM, 0);
    if (socket == INVALID_SOCKET) return none;
    int size = sizeof address;
    if (::bind(socket, reinterpret_cast<sockaddr *>(&address), size) != 0 || ::listen(socket, 16) != 0 ||
        ::getsockname(socket, reinterpret_cast<sockaddr *>(&address), &size) != 0) {
        (void)::closesocket(socket);
        return none;
    }
    port = ntohs(address.*port_field);
    return static_cast<Socket>(socket);
}

} // namespace

Socket listen(bool ip6, std::uint16_t &port) {
    if (ip6) {
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_addr = in6addr_loopback;
        return listen_at(address, port, &sockaddr_in6::sin6_port, AF_INET6);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return listen_at(address, port, &sockaddr_in::sin_port, AF_INET);
}

Socket accept(Socket listener) {
    const SOCKET socket = ::accept(handle(listener), nullptr, nullptr);
    return socket == INVALID_SOCKET ? none : static_cast<Socket>(socket);
}

bool readable(Socket socket, int milliseconds) {
    WSAPOLLFD wait{handle(socket), POLLRDNORM, 0};
    return ::WSAPoll(&wait, 1, milliseconds) > 0;
}

bool writable(Socket socket, int milliseconds) {
    WSAPOLLFD wait{handle(socket), POLLWRNORM, 0};
    return ::WSAPoll(&wait, 1, milliseconds) > 0;
}

void never_block(Socket socket) {
    u_long yes = 1;
    (void)::ioctlsocket(handle(socket), static_cast<long>(FIONBIO), &yes);
}

long receive(Socket socket, char *buffer, std::size_t size) {
    return ::recv(handle(socket), buffer, static_cast<int>(size), 0);
}

long send(Socket socket, const char *bytes, std::size_t size) {
    return ::send(handle(socket), bytes, static_cast<int>(size), 0);
}

void finish_sending(Socket socket) {
    (void)::shutdown(handle(socket), SD_SEND);
}

void close(Socket socket) {
    (void)::closesocket(handle(socket));
}

} // namespace certbroker::test::net
