// SPDX-License-Identifier: Apache-2.0
#include "base/spooled_bytes.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <string>

namespace onnxhub {
namespace {

constexpr std::size_t memory = 100;

void append(SpooledBytes& bytes, const std::string& text) {
    bytes.append(std::as_bytes(std::span(text)));
}

std::string taken(SpooledBytes& bytes) {
    return read_whole(*bytes.take(), 1 << 20, "bytes");
}

TEST(SpooledBytes, MoreThanTheLimitGoesToAFile) {
    SpooledBytes bytes(memory);
    append(bytes, std::string(memory, 'a'));
    EXPECT_FALSE(bytes.is_on_disk());
    append(bytes, "b");
    EXPECT_TRUE(bytes.is_on_disk());
    append(bytes, "c");
    EXPECT_EQ(bytes.size_bytes(), memory + 2);
    EXPECT_EQ(taken(bytes), std::string(memory, 'a') + "bc");
    EXPECT_EQ(bytes.size_bytes(), 0u);
}

TEST(SpooledBytes, AreEmptyAfterClearAndTake) {
    SpooledBytes bytes(memory);
    EXPECT_EQ(taken(bytes), "");
    append(bytes, std::string(300, 'a'));
    bytes.clear();
    append(bytes, "b");
    EXPECT_EQ(taken(bytes), "b");
    append(bytes, "c");
    EXPECT_EQ(taken(bytes), "c");
}

/// While it exists, files of this process cannot grow beyond `bytes`.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) {
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
        handler_ = signal(SIGXFSZ, SIG_IGN);
    }
    ~FileSizeLimit() {
        setrlimit(RLIMIT_FSIZE, &before_);
        signal(SIGXFSZ, handler_);
    }

private:
    rlimit before_ = {};
    void (*handler_)(int) = SIG_DFL;
};

TEST(SpooledBytes, StayInMemoryWhereNoFileCanBeWritten) {
    const FileSizeLimit limit(250);
    SpooledBytes bytes(memory);
    std::string all;
    for (int i = 0; i < 10; ++i) {
        const std::string text(90, static_cast<char>('a' + i));
        append(bytes, text);
        all += text;
    }
    EXPECT_FALSE(bytes.is_on_disk());
    EXPECT_EQ(bytes.size_bytes(), all.size());
    EXPECT_EQ(taken(bytes), all);
}

}  // namespace
}  // namespace onnxhub
