#include "socket.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

namespace certbroker::test::net {
namespace {

template<class Address>
Socket listen_at(Address address, std::uint16_t &port, in_port_t Address::*port_field, int family) {
    (void)std::signal(SIGPIPE, SIG_IGN); // OpenSSL writes to sockets that clients closed
    const int socket = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return none;
    socklen_t size = sizeof address;
    if (::bind(socket, reinterpret_cast<sockaddr *>(&address), size) != 0 || ::listen(socket, 16) != 0 ||
        ::getsockname(socket, reinterpret_cast<sockaddr *>(&address), &size) != 0) {
        (void)::close(socket);
        return none;
    }
    port = ntohs(address.*port_field);
    return socket;
}

int number(Socket socket) {
    return static_cast<int>(socket);
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
    return ::accept4(number(listener), nullptr, nullptr, SOCK_CLOEXEC);
}

bool readable(Socket socket, int milliseconds) {
    pollfd wait{number(socket), POLLIN, 0};
    return ::poll(&wait, 1, milliseconds) > 0;
}

bool writable(Socket socket, int milliseconds) {
    pollfd wait{number(socket), POLLOUT, 0};
    return ::poll(&wait, 1, milliseconds) > 0;
}

void never_block(Socket socket) {
    (void)::fcntl(number(socket), F_SETFL, O_NONBLOCK);
}

long receive(Socket socket, char *buffer, std::size_t size) {
    return ::recv(number(socket), buffer, size, 0);
}

long send(Socket socket, const char *bytes, std::size_t size) {
    return ::send(number(socket), bytes, size, MSG_NOSIGNAL);
}

void finish_sending(Socket socket) {
    (void)::shutdown(number(socket), SHUT_WR);
}

void close(Socket socket) {
    (void)::close(number(socket));
}

} // namespace certbroker::test::net
