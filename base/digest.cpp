// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"

#include <openssl/evp.h>

#include "base/user_error.h"

namespace onnxhub {

struct Sha256Hasher::Context {
    EVP_MD_CTX* evp = EVP_MD_CTX_new();
    Context() = default;
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context() { EVP_MD_CTX_free(evp); }
};

namespace {

/// OpenSSL fails here only without memory or without SHA-256 in its provider.
void require(bool is_done) {
    if (!is_done) throw UserError("OpenSSL: can't compute SHA-256; check its providers");
}

}  // namespace

std::string to_hex(const Sha256& digest) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    hex.reserve(64);
    for (const std::uint8_t byte : digest.bytes) {
        hex += digits[byte >> 4];
        hex += digits[byte & 15];
    }
    return hex;
}

std::optional<Sha256> parse_sha256(std::string_view hex) {
    if (hex.size() != 64) return std::nullopt;
    Sha256 digest;
    for (std::size_t i = 0; i < 64; ++i) {
        const char c = hex[i];
        int digit = 0;
        if (c >= '0' && c <= '9') {
            digit = c - '0';
        } else if (c >= 'a' && c <= 'f') {
            digit = c - 'a' + 10;
        } else {
            return std::nullopt;
        }
        digest.bytes[i / 2] = static_cast<std::uint8_t>(digest.bytes[i / 2] << 4 | digit);
    }
    return digest;
}

Sha256Hasher::Sha256Hasher() : context_(std::make_unique<Context>()) {
    require(context_->evp && EVP_DigestInit_ex(context_->evp, EVP_sha256(), nullptr) == 1);
}

Sha256Hasher::~Sha256Hasher() = default;

void Sha256Hasher::update(std::span<const std::byte> block) {
    require(EVP_DigestUpdate(context_->evp, block.data(), block.size()) == 1);
}

Sha256 Sha256Hasher::finish() {
    Sha256 digest;
    require(EVP_DigestFinal_ex(context_->evp, digest.bytes.data(), nullptr) == 1);
    return digest;
}

Sha256 sha256_of(std::string_view content) {
    Sha256Hasher hasher;
    hasher.update(std::as_bytes(std::span(content.data(), content.size())));
    return hasher.finish();
}

void FieldHasher::add(std::string_view field) {
    const std::string length = std::to_string(field.size()) + ":";
    hasher_.update(std::as_bytes(std::span(length)));
    hasher_.update(std::as_bytes(std::span(field)));
}

}  // namespace onnxhub
