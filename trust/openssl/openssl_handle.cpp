// SPDX-License-Identifier: Apache-2.0
#include "trust/openssl/openssl_handle.h"

#include <openssl/core_names.h>
#include <openssl/err.h>

#include <array>
#include <new>

namespace onnxhub {

OpensslHandle<BIO> reading_bio(std::string_view text) {
    OpensslHandle<BIO> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    if (!bio) throw std::bad_alloc();
    return bio;
}

OpensslHandle<BIO> writing_bio() {
    OpensslHandle<BIO> bio(BIO_new(BIO_s_mem()));
    if (!bio) throw std::bad_alloc();
    return bio;
}

std::string text_of(BIO* bio) {
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio, &text);
    return {text, static_cast<std::size_t>(size)};
}

std::optional<EcdsaCurve> curve_of(const EVP_PKEY* key) {
    if (!key || EVP_PKEY_is_a(key, "EC") != 1) return std::nullopt;
    int is_explicit = 0;
    EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &is_explicit);
    if (is_explicit != 0) return std::nullopt;
    std::array<char, 64> name{};
    std::size_t size = 0;
    if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) return std::nullopt;
    return curve_of_openssl_name(std::string_view(name.data(), size));
}

std::string take_openssl_error() {
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason ? reason : "unknown error";
}

}  // namespace onnxhub
