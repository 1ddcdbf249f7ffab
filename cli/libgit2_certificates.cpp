// SPDX-License-Identifier: Apache-2.0
// Some distributions build libgit2 with Mbed TLS. Then git_libgit2_init() parses all certificates
// of the system, which takes 54 million instructions, four times as much as everything else that a
// short command does. onnxhub never connects to a server with libgit2 (it runs git for that), so
// the certificates are not needed.
//
// The program's own definitions of these functions take precedence over those of Mbed TLS. libgit2
// continues without certificates when the functions fail. It is the only library in this process
// that uses Mbed TLS.

extern "C" {

int mbedtls_x509_crt_parse_file(void* chain, const char* path);
int mbedtls_x509_crt_parse_path(void* chain, const char* path);

constexpr int file_io_error = -0x2900;  // MBEDTLS_ERR_X509_FILE_IO_ERROR

int mbedtls_x509_crt_parse_file(void*, const char*) {
    return file_io_error;
}

int mbedtls_x509_crt_parse_path(void*, const char*) {
    return file_io_error;
}
}
