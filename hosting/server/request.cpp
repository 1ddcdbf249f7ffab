// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/request.h"

#include "base/socket_address.h"
#include "hosting/server/conditional_request.h"

namespace onnxhub {

std::optional<std::string> header_of(MHD_Connection* connection, const char* name) {
    const char* value = mhd().lookup_connection_value(connection, MHD_HEADER_KIND, name);
    return value ? std::optional<std::string>(value) : std::nullopt;
}

bool accepts_gzip(MHD_Connection* connection) {
    const auto accepted = header_of(connection, "Accept-Encoding");
    return accepted && accepts_coding(*accepted, "gzip");
}

bool has_content(MHD_Connection* connection) {
    return header_of(connection, "Content-Length").value_or("0") != "0" ||
           header_of(connection, "Transfer-Encoding");
}

std::string address_of(MHD_Connection* connection) {
    const auto* info = mhd().get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return SocketAddress(info ? info->client_addr : nullptr).text();
}

RequestHead head_of(MHD_Connection* connection, const char* method, std::string_view target,
                    const char* version) {
    RequestHead head{method, target, version, {}};
    head.fields.reserve(16);
    const auto add = [](void* fields, MHD_ValueKind, const char* name, std::size_t name_size,
                        const char* value, std::size_t value_size) {
        static_cast<decltype(head.fields)*>(fields)->emplace_back(
            std::string_view(name, name_size), std::string_view(value, value_size));
        return MHD_YES;
    };
    mhd().get_connection_values_n(connection, MHD_HEADER_KIND, add, &head.fields);
    return head;
}

#if MHD_VERSION >= 0x00097701
bool is_well_formed(const RequestHead&, std::size_t) {
    return true;  // libmicrohttpd has refused everything else
}

MHD_OptionItem strictness_option() {
    return {MHD_OPTION_CLIENT_DISCIPLINE_LVL, 3, nullptr};
}
#else
// Version 0.9.75 accepts folded lines, bare LF and NULs, and leaves the head in memory as received.
bool is_well_formed(const RequestHead& head, std::size_t bytes) {
    return is_laid_out_as_sent(head, bytes);
}

// What it refuses at a higher level it refuses without a response, or with two.
MHD_OptionItem strictness_option() {
    return {MHD_OPTION_STRICT_FOR_CLIENT, 0, nullptr};
}
#endif

}  // namespace onnxhub
