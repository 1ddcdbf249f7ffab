// SPDX-License-Identifier: Apache-2.0
// git_libgit2_init() prepares connections to servers. onnxhub runs git for connections, so it does
// not need them, and they take several times as long as all other work of a short command. The
// definitions below take precedence over those of the libraries, and do nothing.
//
// Some distributions build libgit2 with Mbed TLS, which parses all certificates of the system: 54
// million instructions. libgit2 continues without certificates when the functions fail. No other
// library in this process uses Mbed TLS. libssh2 loads OpenSSL's engines and error texts: 1 million
// instructions. libgit2 and libcurl need it for SSH connections only.

extern "C" {

int libssh2_init(int flags);
int mbedtls_x509_crt_parse_file(void* chain, const char* path);
int mbedtls_x509_crt_parse_path(void* chain, const char* path);

constexpr int mbedtls_file_error = -0x2900;  // MBEDTLS_ERR_X509_FILE_IO_ERROR

int libssh2_init(int) {
    return 0;
}

int mbedtls_x509_crt_parse_file(void*, const char*) {
    return mbedtls_file_error;
}

int mbedtls_x509_crt_parse_path(void*, const char*) {
    return mbedtls_file_error;
}
}
