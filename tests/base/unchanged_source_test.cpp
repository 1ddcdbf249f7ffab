// SPDX-License-Identifier: Apache-2.0
#include "base/unchanged_source.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "base/user_error.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using test::TemporaryFolder;
using test::write_file;

constexpr std::size_t block = 256 * 1024;

/// Bytes that a test may change while they are read.
class Changing : public ByteSource {
public:
    explicit Changing(std::string text) : content(std::move(text)) {}

    std::uint64_t size_bytes() const override { return size; }

    std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override {
        return memory_source(content)->read(offset, into);
    }

    std::string content;
    std::uint64_t size = content.size();
};

std::string random_text(std::size_t size) {
    std::mt19937 random(1);
    std::string text(size, '\0');
    for (char& c : text) c = static_cast<char>(random());
    return text;
}

std::string part_of(const ByteSource& source, std::uint64_t offset, std::size_t count) {
    std::string part(count, '?');
    part.resize(source.read(offset, std::as_writable_bytes(std::span(part))));
    return part;
}

TEST(UnchangedSource, GivesEveryPart) {
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, block - 1, block, block + 1, 3 * block + 7}) {
        const std::string text = random_text(size);
        const UnchangedSource source(memory_source(text), "file");
        EXPECT_EQ(source.size_bytes(), size);
        EXPECT_EQ(source.digest(), sha256_of(text));
        for (const std::size_t offset :
             {std::size_t{0}, std::size_t{5}, block - 3, block, 2 * block + 1, size}) {
            for (const std::size_t count :
                 {std::size_t{0}, std::size_t{10}, block, 2 * block + 5}) {
                const std::string wanted = offset < size ? text.substr(offset, count) : "";
                EXPECT_TRUE(part_of(source, offset, count) == wanted)
                    << size << ' ' << offset << ' ' << count;
            }
        }
    }
}

TEST(UnchangedSource, AChangeAfterTheFirstReadingIsAnError) {
    const auto bytes = std::make_shared<Changing>(random_text(3 * block));
    const UnchangedSource source(bytes, "hub/file");
    const Sha256 digest = source.digest();
    bytes->content[block + 5] ^= 1;
    EXPECT_EQ(part_of(source, 0, 10), bytes->content.substr(0, 10));
    EXPECT_EQ(source.digest(), digest) << "of what was read";
    for (const std::uint64_t offset : {block, block + 5, 2 * block - 10}) {
        try {
            part_of(source, offset, 20);
            ADD_FAILURE() << offset;
        } catch (const UserError& error) {
            EXPECT_STREQ(error.what(), "hub/file: was changed while it was read; try again");
        }
    }
}

TEST(UnchangedSource, AShorterFileIsAnError) {
    const auto bytes = std::make_shared<Changing>(random_text(2 * block));
    const UnchangedSource source(bytes, "file");
    bytes->content.resize(block + 1);
    EXPECT_EQ(part_of(source, 0, block).size(), block);
    EXPECT_THROW(part_of(source, block, 1), UserError);
    EXPECT_THROW(source.digest(), UserError);
}

TEST(UnchangedSource, AFileThatIsReplacedStaysOpen) {
    const TemporaryFolder folder;
    write_file(folder.path() / "file", "before");
    const UnchangedSource source(open_file(folder.path() / "file", "file"), "file");
    std::filesystem::remove(folder.path() / "file");
    write_file(folder.path() / "file", "after");
    EXPECT_EQ(part_of(source, 0, 10), "before");
}

TEST(UnchangedSource, AnInterruptedDigestCanBeAskedForAgain) {
    const UnchangedSource source(memory_source("text"), "file");
    EXPECT_THROW(source.digest([] { throw Interrupted(); }), Interrupted);
    EXPECT_EQ(source.digest(), sha256_of("text"));
}

}  // namespace
}  // namespace onnxhub
