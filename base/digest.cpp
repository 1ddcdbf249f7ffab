// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"

#include <openssl/md5.h>
#include <openssl/sha.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace onnxhub {
namespace {

constexpr std::uint8_t no_digit = 0x80;

/// The values of lower-case hexadecimal digits.
constexpr std::array<std::uint8_t, 256> digit_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(no_digit);
    for (std::uint8_t i = 0; i < 10; ++i) values['0' + i] = i;
    for (std::uint8_t i = 0; i < 6; ++i) values['a' + i] = 10 + i;
    return values;
}();

}  // namespace

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
    std::string hex(2 * digest.bytes.size(), '\0');
    for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
        hex[2 * i] = digits[digest.bytes[i] >> 4];
        hex[2 * i + 1] = digits[digest.bytes[i] & 15];
    }
    return hex;
}

std::optional<Sha256> parse_sha256(std::string_view hex) {
    if (hex.size() != 64) return std::nullopt;
    Sha256 digest;
    unsigned all = 0;
    for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
        const unsigned high = digit_values[static_cast<unsigned char>(hex[2 * i])];
        const unsigned low = digit_values[static_cast<unsigned char>(hex[2 * i + 1])];
        all |= high | low;
        digest.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    if (all > 15) return std::nullopt;
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
