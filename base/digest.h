// SPDX-License-Identifier: Apache-2.0
// SHA-256, the one digest that manifests and Git LFS pointers use.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace onnxhub {

/// A SHA-256 digest (FIPS 180-4), as its 32 bytes.
struct Sha256 {
    std::array<std::uint8_t, 32> bytes{};

    auto operator<=>(const Sha256&) const = default;
};

/// 64 lower-case hexadecimal digits, the form manifests and pointers use.
std::string to_hex(const Sha256& digest);

/// Exactly 64 lower-case hexadecimal digits, else nothing.
std::optional<Sha256> parse_sha256(std::string_view hex);

/// Digests content that arrives in blocks, in constant memory (OpenSSL EVP). Not thread-safe.
class Sha256Hasher {
public:
    Sha256Hasher();
    ~Sha256Hasher();
    Sha256Hasher(const Sha256Hasher&) = delete;
    Sha256Hasher& operator=(const Sha256Hasher&) = delete;

    void update(std::span<const std::byte> block);
    Sha256 finish();  ///< once; the hasher is used up afterwards

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

Sha256 sha256_of(std::string_view content);

/// MD5 (RFC 1321). Proves nothing: git-annex names folders by it.
std::array<std::uint8_t, 16> md5_of(std::string_view content);

/// Digests a list of texts, each with its length, so that none runs into the next.
class FieldHasher {
public:
    void add(std::string_view field);
    Sha256 finish() { return hasher_.finish(); }  ///< once

private:
    Sha256Hasher hasher_;
};

}  // namespace onnxhub
