// SPDX-License-Identifier: Apache-2.0
#include "base/byte_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <limits>

#include "base/user_error.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using test::TemporaryFolder;
using test::write_file;

std::string read_part(const ByteSource& source, std::uint64_t offset, std::size_t count) {
    std::string part(count, '?');
    part.resize(source.read(offset, std::as_writable_bytes(std::span(part))));
    return part;
}

TEST(ByteSource, GivesTheAskedPartOfAFile) {
    const TemporaryFolder folder;
    write_file(folder.path() / "file", "0123456789");
    const auto source = open_file(folder.path() / "file", "file");

    EXPECT_EQ(source->size_bytes(), 10u);
    EXPECT_EQ(read_part(*source, 3, 4), "3456");
    EXPECT_EQ(read_part(*source, 0, 0), "");
}

TEST(ByteSource, GivesLessOnlyAtTheEnd) {
    const TemporaryFolder folder;
    write_file(folder.path() / "file", "0123456789");
    const auto in_file = open_file(folder.path() / "file", "file");
    const auto in_memory = memory_source("0123456789");

    for (const ByteSource* source : {in_file.get(), in_memory.get()}) {
        EXPECT_EQ(read_part(*source, 8, 5), "89");
        EXPECT_EQ(read_part(*source, 10, 5), "");
        EXPECT_EQ(read_part(*source, 11, 5), "");
        EXPECT_EQ(read_part(*source, std::numeric_limits<std::int64_t>::max(), 5), "");
        EXPECT_EQ(read_part(*source, std::numeric_limits<std::uint64_t>::max(), 5), "");
    }
}

TEST(ReadFile, GivesTheWholeContent) {
    const TemporaryFolder folder;
    write_file(folder.path() / "file", std::string("01\0\n", 4));
    EXPECT_EQ(read_file(folder.path() / "file", 4), std::string("01\0\n", 4));
    EXPECT_EQ(read_file_if_possible(folder.path() / "file", 4), std::string("01\0\n", 4));
}

TEST(ReadFile, NamesWhatItCannotRead) {
    const TemporaryFolder folder;
    write_file(folder.path() / "file", "0123456789");
    mkfifo((folder.path() / "fifo").c_str(), 0600);
    const std::pair<const char*, const char*> expected[] = {
        {"file", "is larger than 9 bytes; make it smaller"},
        {"none", "can't be read (No such file or directory)"},
        {"fifo", "is not a regular file; replace it with one"},
        {".", "is not a regular file; replace it with one"},
    };
    for (const auto& [name, reason] : expected) {
        const auto path = folder.path() / name;
        EXPECT_EQ(read_file_if_possible(path, 9), std::nullopt);
        try {
            read_file(path, 9, "shown");
            ADD_FAILURE() << name;
        } catch (const UserError& error) {
            EXPECT_EQ(error.what(), std::string("shown: ") + reason);
        }
        try {
            read_file(path, 9);
            ADD_FAILURE() << name;
        } catch (const UserError& error) {
            EXPECT_EQ(error.what(), path.string() + ": " + reason);
        }
    }
}

TEST(ByteSource, ShrunkenFileIsAShortRead) {
    const TemporaryFolder folder;
    write_file(folder.path() / "file", "0123456789");
    const auto source = open_file(folder.path() / "file", "file");
    ASSERT_EQ(truncate((folder.path() / "file").c_str(), 4), 0);

    EXPECT_EQ(source->size_bytes(), 10u);
    EXPECT_EQ(read_part(*source, 2, 8), "23");
}

TEST(ByteSource, MissingFileIsAnErrorThatNamesIt) {
    const TemporaryFolder folder;
    try {
        open_file(folder.path() / "none", "models/none.onnx");
        FAIL();
    } catch (const UserError& error) {
        EXPECT_THAT(error.what(), testing::StartsWith("models/none.onnx: "));
    }
}

TEST(ByteSource, WhatIsNoRegularFileIsRefusedWithoutWaiting) {
    const TemporaryFolder folder;
    ASSERT_EQ(mkfifo((folder.path() / "fifo").c_str(), 0600), 0);

    EXPECT_THROW(open_file(folder.path() / "fifo", "fifo"), UserError);
    EXPECT_THROW(open_file(folder.path(), "folder"), UserError);
    EXPECT_THROW(open_file("/dev/null", "null"), UserError);
}

TEST(ByteSource, SymbolicLinkIsFollowedOrRefusedAsAsked) {
    const TemporaryFolder folder;
    write_file(folder.path() / "file", "content");
    std::filesystem::create_symlink("file", folder.path() / "link");

    EXPECT_EQ(open_file(folder.path() / "link", "link")->size_bytes(), 7u);
    EXPECT_THROW(open_file(folder.path() / "link", "link", LastLink::refuse), UserError);
}

TEST(HasContent, ComparesEveryByte) {
    std::string text(200'000, 'a');  // several blocks
    text.back() = 'z';
    const TemporaryFolder folder;
    write_file(folder.path() / "file", text);
    const auto source = open_file(folder.path() / "file", "file");
    EXPECT_TRUE(has_content(*source, text));
    EXPECT_FALSE(has_content(*source, text.substr(1)));
    EXPECT_FALSE(has_content(*source, text + "z"));
    for (const std::size_t place : {0UL, 65'535UL, 65'536UL, 199'999UL}) {
        std::string other = text;
        other[place] = 'b';
        EXPECT_FALSE(has_content(*source, other)) << place;
    }
    EXPECT_TRUE(has_content(*memory_source(""), ""));
}

TEST(ReadWhole, RefusesWhatIsLargerThanTheLimit) {
    EXPECT_EQ(read_whole(*memory_source("12345"), 6, "x"), "12345");
    EXPECT_EQ(read_whole(*memory_source("12345"), 5, "x"), "12345");
    EXPECT_EQ(read_whole(*memory_source(""), 0, "x"), "");
    EXPECT_THROW(read_whole(*memory_source("12345"), 4, "x"), UserError);
}

}  // namespace
}  // namespace onnxhub
