// SPDX-License-Identifier: Apache-2.0
#include "trust/private_key.h"

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <array>
#include <cstring>
#include <new>
#include <utility>

#include "trust/openssl/openssl_handle.h"
#include "trust/refusal.h"

namespace onnxhub {
namespace {

struct PassphraseRequest {
    const AskPassphrase* ask;
    bool was_asked = false;
    bool is_missing = false;
};

/// OpenSSL calls it for encrypted keys.
int give_passphrase(char* into, int size, int, void* data) {
    auto& request = *static_cast<PassphraseRequest*>(data);
    request.was_asked = true;
    const auto passphrase = *request.ask ? (*request.ask)() : std::nullopt;
    if (!passphrase || passphrase->size() > static_cast<std::size_t>(size)) {
        request.is_missing = true;
        return -1;
    }
    std::memcpy(into, passphrase->data(), passphrase->size());
    return static_cast<int>(passphrase->size());
}

}  // namespace

PrivateKey::PrivateKey(std::shared_ptr<evp_pkey_st> key) : key_(key), public_key_(std::move(key)) {}

PrivateKey PrivateKey::create(EcdsaCurve curve) {
    std::shared_ptr<EVP_PKEY> key(EVP_EC_gen(openssl_name_of(curve)), FreeOpenssl());
    if (!key) throw std::bad_alloc();
    return PrivateKey(std::move(key));
}

PrivateKey PrivateKey::from_pem(std::string_view text, const AskPassphrase& ask) {
    if (text.size() > key_file_limit) {
        throw Refused(RefusalKind::too_large, "is too large for a key");
    }
    const auto bio = reading_bio(text);
    PassphraseRequest request{&ask};
    std::shared_ptr<EVP_PKEY> key(
        PEM_read_bio_PrivateKey(bio.get(), nullptr, give_passphrase, &request), FreeOpenssl());
    ERR_clear_error();
    if (key) return PrivateKey(std::move(key));
    if (request.is_missing) {
        throw Refused(RefusalKind::key,
                      "is encrypted; set ONNXHUB_KEY_PASSPHRASE, or sign on a terminal");
    }
    if (request.was_asked) throw Refused(RefusalKind::key, "has another passphrase");
    throw Refused(RefusalKind::key,
                  "is not a private key in PEM; create one with `onnxhub key create`");
}

std::string PrivateKey::pem(const std::optional<std::string>& passphrase) const {
    const auto bio = writing_bio();
    const int done = passphrase ? PEM_write_bio_PKCS8PrivateKey(
                                      bio.get(), key_.get(), EVP_aes_256_cbc(), passphrase->data(),
                                      static_cast<int>(passphrase->size()), nullptr, nullptr)
                                : PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr,
                                                                nullptr, 0, nullptr, nullptr);
    if (done != 1) throw std::bad_alloc();
    return text_of(bio.get());
}

std::string PrivateKey::sign(std::string_view message) const {
    const OpensslHandle<EVP_MD_CTX> context(EVP_MD_CTX_new());
    if (!context) throw std::bad_alloc();
    const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
    std::size_t size = 0;
    if (EVP_DigestSignInit_ex(context.get(), nullptr, digest_name_of(public_key_.curve()), nullptr,
                              nullptr, key_.get(), nullptr) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, bytes, message.size()) != 1) {
        throw Refused(RefusalKind::key, "can't sign: " + take_openssl_error());
    }
    std::string signature(size, '\0');
    if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       bytes, message.size()) != 1) {
        throw Refused(RefusalKind::key, "can't sign: " + take_openssl_error());
    }
    signature.resize(size);
    if (!public_key_.has_signed(message, signature)) {
        throw Refused(RefusalKind::key, "is damaged: its public half does not belong to it");
    }
    return signature;
}

std::optional<std::string> ask_passphrase_on_terminal(const std::string& prompt, bool twice) {
    std::array<char, passphrase_limit + 1> text{};
    const int failed =
        EVP_read_pw_string(text.data(), static_cast<int>(text.size()), prompt.c_str(), twice);
    ERR_clear_error();
    std::string passphrase(text.data());
    OPENSSL_cleanse(text.data(), text.size());
    if (failed != 0 || passphrase.empty()) return std::nullopt;
    return passphrase;
}

}  // namespace onnxhub
