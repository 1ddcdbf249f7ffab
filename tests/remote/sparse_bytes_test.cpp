// SPDX-License-Identifier: Apache-2.0
#include "remote/sparse_bytes.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

#include "base/user_error.h"

namespace onnxhub {
namespace {

std::string read_text(const SparseBytes& bytes, std::uint64_t offset, std::size_t count) {
    std::string text(count, '\0');
    text.resize(bytes.read(offset, std::as_writable_bytes(std::span(text))));
    return text;
}

TEST(SparseBytesTest, JoinsPartsThatTouch) {
    SparseBytes bytes(100);
    bytes.add(10, "cd");
    bytes.add(14, "gh");
    EXPECT_EQ(bytes.parts().size(), 2U);
    EXPECT_EQ(read_text(bytes, 10, 9), "cd");
    bytes.add(12, "ef");
    EXPECT_EQ(bytes.parts().size(), 1U);
    EXPECT_EQ(read_text(bytes, 11, 9), "defgh");
    EXPECT_EQ(bytes.known_bytes(), 6U);
    EXPECT_EQ(bytes.known_until(10), 16U);
    EXPECT_EQ(bytes.known_until(16), 16U);
    EXPECT_EQ(bytes.next_known(0), 10U);
    EXPECT_EQ(bytes.next_known(20), 100U);
}

TEST(SparseBytesTest, KeepsWhatItKnowsAndIgnoresWhatIsBehindTheEnd) {
    SparseBytes bytes(8);
    bytes.add(2, "CD");
    bytes.add(0, "abcdefghij");
    EXPECT_EQ(read_text(bytes, 0, 20), "abCDefgh");
    bytes.add(8, "x");
    bytes.add(1000, "x");
    EXPECT_EQ(bytes.known_bytes(), 8U);
}

TEST(SparseBytesTest, AgreesWithAnArrayOnRandomParts) {
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        SparseBytes bytes(64);
        std::string known(64, '.');
        for (int i = 0; i < 12; ++i) {
            const std::size_t begin = random() % 70, length = random() % 20;
            const std::string part(length, static_cast<char>('a' + i));
            bytes.add(begin, part);
            for (std::size_t k = begin; k < begin + length && k < 64; ++k) {
                if (known[k] == '.') known[k] = part[0];
            }
        }
        std::string seen;
        for (std::uint64_t k = 0; k < 64; ++k) {
            const std::string one = read_text(bytes, k, 1);
            seen += one.empty() ? "." : one;
        }
        ASSERT_EQ(seen, known);
        ASSERT_EQ(parse_sparse_bytes(to_text(bytes)), bytes);
    }
}

TEST(SparseBytesTest, ATextThatWasCutOrChangedIsNotRead) {
    SparseBytes bytes(1000);
    bytes.add(0, "head\n12\n");
    bytes.add(500, std::string("\0\xff", 2));
    const std::string text = to_text(bytes);
    ASSERT_EQ(parse_sparse_bytes(text), bytes);
    for (std::size_t i = 0; i < text.size(); ++i) {
        EXPECT_EQ(parse_sparse_bytes(text.substr(0, i)), std::nullopt) << i;
        std::string changed = text;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        // The last byte is the end of the line, which the digest does not cover.
        if (i + 1 == text.size()) continue;
        EXPECT_EQ(parse_sparse_bytes(changed), std::nullopt) << i;
    }
}

TEST(SparseSourceTest, FailsAtAnUnknownByte) {
    auto bytes = std::make_shared<SparseBytes>(10);
    bytes->add(2, "cde");
    const auto source = sparse_source(bytes);
    std::array<std::byte, 8> into{};
    EXPECT_EQ(source->size_bytes(), 10U);
    EXPECT_EQ(source->read(3, into), 2U);
    EXPECT_EQ(source->read(10, into), 0U);
    EXPECT_THROW(source->read(5, into), UserError);
    EXPECT_THROW(source->read(0, into), UserError);
}

}  // namespace
}  // namespace onnxhub
