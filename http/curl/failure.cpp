// SPDX-License-Identifier: Apache-2.0
#include "http/curl/failure.h"

#include <cstdlib>
#include <optional>

namespace onnxhub {
namespace {

struct CertificateFile {
    const char* variable;  ///< the environment variable that names the file
    const char* path;
};

/// The first variable that is set decides, in the order of the curl program.
std::optional<CertificateFile> certificate_file() {
    for (const char* variable : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
        const char* path = std::getenv(variable);
        if (path && *path != '\0') return CertificateFile{variable, path};
    }
    return std::nullopt;
}

std::string certificate_hint() {
    const auto file = certificate_file();
    if (!file)
        return "if you trust the server, set SSL_CERT_FILE to a file with its certificate "
               "authority";
    return std::string("certificates to trust come from ") + file->variable + " (" + file->path +
           "); add the server's to that file";
}

}  // namespace

HttpFailure::Kind failure_kind(CURLcode code) {
    using Kind = HttpFailure::Kind;
    switch (code) {
        case CURLE_URL_MALFORMAT:
            return Kind::url;
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
            return Kind::resolve;
        case CURLE_COULDNT_CONNECT:
        case CURLE_PROXY:
            return Kind::connect;
        case CURLE_OPERATION_TIMEDOUT:
            return Kind::timeout;
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
            return Kind::tls;
        default:
            return Kind::protocol;
    }
}

std::string explain(CURLcode code, const char* detail) {
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
            return "the host is not known; check the name and the network";
        case CURLE_COULDNT_RESOLVE_PROXY:
            return "the proxy's host is not known; check http_proxy and https_proxy";
        case CURLE_COULDNT_CONNECT:
            return "no connection; check the address, the network and whether a proxy is needed";
        case CURLE_OPERATION_TIMEDOUT:
            return "no answer in time; try again later";
        case CURLE_PARTIAL_FILE:
        case CURLE_RECV_ERROR:
        case CURLE_SEND_ERROR:
        case CURLE_GOT_NOTHING:
            return "the connection was interrupted; try again later";
        default:
            break;
    }
    const std::string what = *detail != '\0' ? detail : curl().easy_strerror(code);
    if (failure_kind(code) != HttpFailure::Kind::tls) return what;
    return what + "; " + certificate_hint();
}

void use_certificates_of_environment(CURL* handle) {
    if (const auto file = certificate_file()) {
        curl().easy_setopt(handle, CURLOPT_CAINFO, file->path);
    }
    const char* folder = std::getenv("SSL_CERT_DIR");
    if (folder && *folder != '\0') curl().easy_setopt(handle, CURLOPT_CAPATH, folder);
}

}  // namespace onnxhub
