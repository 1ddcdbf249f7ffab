// SPDX-License-Identifier: Apache-2.0
#include "trust/public_key.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <new>
#include <utility>

#include "base/digest.h"
#include "trust/openssl/openssl_handle.h"
#include "trust/refusal.h"

namespace onnxhub {
namespace {

EcdsaCurve required_curve(const EVP_PKEY* key) {
    if (const auto curve = curve_of(key)) return *curve;
    throw Refused(RefusalKind::key,
                  "is not an elliptic key on P-256, P-384 or P-521; create one with `onnxhub key "
                  "create`");
}

/// OpenSSL writes the point as it was read. A compressed point would give the same key other bytes
/// and another id, so that one key could count as two.
void uncompress_point(EVP_PKEY* key) {
    if (EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                       OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED) != 1) {
        throw Refused(RefusalKind::key, "is not usable: " + take_openssl_error());
    }
}

}  // namespace

PublicKey::PublicKey(std::shared_ptr<evp_pkey_st> key)
    : key_(std::move(key)), curve_(required_curve(key_.get())) {
    uncompress_point(key_.get());
    const auto bio = writing_bio();
    if (i2d_PUBKEY_bio(bio.get(), key_.get()) != 1) throw std::bad_alloc();
    der_ = text_of(bio.get());
}

PublicKey PublicKey::from_pem(std::string_view text) {
    if (text.size() > key_file_limit) {
        throw Refused(RefusalKind::too_large, "is too large for a key");
    }
    const auto bio = reading_bio(text);
    std::shared_ptr<EVP_PKEY> key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr),
                                  FreeOpenssl());
    ERR_clear_error();
    if (!key) {
        throw Refused(RefusalKind::key,
                      "is not a public key in PEM (\"-----BEGIN PUBLIC KEY-----\"); write it with "
                      "`onnxhub key show`");
    }
    return PublicKey(std::move(key));
}

PublicKey PublicKey::from_der(std::string_view bytes) {
    if (bytes.size() > key_file_limit) {
        throw Refused(RefusalKind::too_large, "is too large for a key");
    }
    const auto* begin = reinterpret_cast<const unsigned char*>(bytes.data());
    std::shared_ptr<EVP_PKEY> key(d2i_PUBKEY(nullptr, &begin, static_cast<long>(bytes.size())),
                                  FreeOpenssl());
    ERR_clear_error();
    if (!key) throw Refused(RefusalKind::key, "is not a public key in DER");
    PublicKey result(std::move(key));
    if (result.der() != bytes) {
        throw Refused(RefusalKind::key, "is not a public key in DER with an uncompressed point");
    }
    return result;
}

std::string PublicKey::pem() const {
    const auto bio = writing_bio();
    if (PEM_write_bio_PUBKEY(bio.get(), key_.get()) != 1) throw std::bad_alloc();
    return text_of(bio.get());
}

std::string PublicKey::hint() const {
    return to_hex(sha256_of(pem()));
}

std::string PublicKey::id() const {
    return to_hex(sha256_of(der()));
}

bool PublicKey::has_signed(std::string_view message, std::string_view signature) const {
    const OpensslHandle<EVP_MD_CTX> context(EVP_MD_CTX_new());
    if (!context) throw std::bad_alloc();
    const bool is_ready = EVP_DigestVerifyInit_ex(context.get(), nullptr, digest_name_of(curve_),
                                                  nullptr, nullptr, key_.get(), nullptr) == 1;
    const bool is_good =
        is_ready &&
        EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                         signature.size(), reinterpret_cast<const unsigned char*>(message.data()),
                         message.size()) == 1;
    ERR_clear_error();
    return is_good;
}

}  // namespace onnxhub
