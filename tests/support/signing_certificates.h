// SPDX-License-Identifier: Apache-2.0
// Certificates for signing models, new ones for each test.
#pragma once

#include <string>
#include <vector>

#include "trust/private_key.h"

namespace onnxhub::test {

struct CertificateTraits {
    const char* key_usage = "critical,digitalSignature";  ///< of the signer; null: none
    const char* extended_key_usage = "codeSigning";       ///< of the signer; null: none
    const char* curve = "P-256";                          ///< "" for RSA
    bool has_bad_issuer = false;  ///< the intermediate may not issue certificates
    int first_day = -1;           ///< of the signer's validity, from today
    int last_day = 1;
};

struct SigningCertificates {
    std::string root;                ///< PEM
    std::vector<std::string> chain;  ///< PEM: the signer's certificate, the intermediate
    std::string key;                 ///< PEM of the signer's private key
};

SigningCertificates make_signing_certificates(const CertificateTraits& traits = {});

}  // namespace onnxhub::test
