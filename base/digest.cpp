// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"

#include <openssl/md5.h>
#include <openssl/sha.h>

namespace onnxhub {

// The EVP functions first read OpenSSL's configuration and look up a provider, which takes 3 to 4
// million instructions, as much as a short command needs for its work. These functions use the same
// assembly and need no set-up. They always succeed.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

struct Sha256Hasher::Context {
    Context() { SHA256_Init(&sha256); }

    SHA256_CTX sha256;
};

Sha256Hasher::Sha256Hasher() : context_(std::make_unique<Context>()) {}

Sha256Hasher::~Sha256Hasher() = default;

void Sha256Hasher::update(std::span<const std::byte> block) {
    SHA256_Update(&context_->sha256, block.data(), block.size());
}

Sha256 Sha256Hasher::finish() {
    Sha256 digest;
    SHA256_Final(digest.bytes.data(), &context_->sha256);
    return digest;
}

std::array<std::uint8_t, 16> md5_of(std::string_view content) {
    std::array<std::uint8_t, 16> digest{};
    MD5(reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest.data());
    return digest;
}

#pragma GCC diagnostic pop

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
