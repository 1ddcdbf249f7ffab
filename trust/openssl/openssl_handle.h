// SPDX-License-Identifier: Apache-2.0
// Owners of OpenSSL's objects, for the sources of this module.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "trust/ecdsa_curve.h"

namespace onnxhub {

struct FreeOpenssl {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(X509_STORE* store) const { X509_STORE_free(store); }
    void operator()(X509_STORE_CTX* context) const { X509_STORE_CTX_free(context); }
    void operator()(STACK_OF(X509) * certificates) const { sk_X509_free(certificates); }
};

template <class Object>
using OpensslHandle = std::unique_ptr<Object, FreeOpenssl>;

/// A BIO that reads `text`, which must live as long. Throws std::bad_alloc.
OpensslHandle<BIO> reading_bio(std::string_view text);
/// A BIO in memory that collects what is written. Throws std::bad_alloc.
OpensslHandle<BIO> writing_bio();
std::string text_of(BIO* bio);

/// The curve of an elliptic key. Nothing for other kinds of keys, other curves, and keys that spell
/// out the parameters of a curve instead of naming it.
std::optional<EcdsaCurve> curve_of(const EVP_PKEY* key);

/// The oldest of OpenSSL's errors in this thread, for messages; clears them.
std::string take_openssl_error();

}  // namespace onnxhub
