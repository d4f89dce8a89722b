#include "capabilities.hpp"

#include "support/socket.hpp"

namespace certbroker::test::missing {

// libcurl with OpenSSL can do all that there are cases for.
std::string chunk_errors() {
    return {};
}
std::string interim_answers() {
    return {};
}
std::string separate_sessions() {
    return {};
}
std::string certificate_request() {
    return {};
}
std::string ec_client_keys() {
    return {};
}
std::string tls13() {
    return {};
}
std::string ip_names() {
    return {};
}
std::string header_limit() {
    return {};
}
std::string lower_anchors() {
    return {};
}
std::string proxy_refusals() {
    return {};
}
std::string aborted_requests() {
    return {};
}

std::string ip6() {
    std::uint16_t port = 0;
    const net::Socket socket = net::listen(true, port);
    if (socket == net::none) return "this machine has no IPv6";
    net::close(socket);
    return {};
}

} // namespace certbroker::test::missing
