// SPDX-License-Identifier: Apache-2.0
#include "base/byte_source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "base/error_text.h"
#include "base/file_status.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

[[noreturn]] void fail(const std::string& name, int reason) {
    const char* remedy = reason == EACCES ? "; check its permissions" : "";
    throw UserError(name + ": can't be read (" + error_text(reason) + ")" + remedy);
}

class FileSource : public ByteSource {
public:
    FileSource(const std::filesystem::path& path, std::string name, LastLink last_link)
        : name_(std::move(name)), file_(open_to_read(path, last_link)) {
        if (!file_.is_open()) fail(name_, errno);
        const auto status = status_of(file_);
        if (!status || !status->is_regular()) {
            throw UserError(name_ + ": is not a regular file; replace it with one");
        }
        size_ = status->size_bytes;
    }

    std::uint64_t size_bytes() const override { return size_; }

    std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override {
        const auto count = read_all_at(file_, offset, into);
        if (!count) fail(name_, errno);
        return *count;
    }

private:
    std::string name_;
    Descriptor file_;
    std::uint64_t size_ = 0;
};

class ViewSource : public ByteSource {
public:
    explicit ViewSource(std::string_view content) : content_(content) {}

    std::uint64_t size_bytes() const override { return content_.size(); }

    std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override {
        if (offset >= content_.size()) return 0;
        const std::size_t count =
            std::min<std::size_t>(into.size(), content_.size() - static_cast<std::size_t>(offset));
        std::memcpy(into.data(), content_.data() + offset, count);
        return count;
    }

private:
    std::string_view content_;
};

class MemorySource : public ByteSource {
public:
    explicit MemorySource(std::string content) : content_(std::move(content)), view_(content_) {}

    std::uint64_t size_bytes() const override { return view_.size_bytes(); }

    std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override {
        return view_.read(offset, into);
    }

private:
    std::string content_;
    ViewSource view_;
};

}  // namespace

std::unique_ptr<ByteSource> open_file(const std::filesystem::path& path,
                                      const std::string& shown_name, LastLink last_link) {
    return std::make_unique<FileSource>(path, shown_name, last_link);
}

std::unique_ptr<ByteSource> memory_source(std::string content) {
    return std::make_unique<MemorySource>(std::move(content));
}

std::unique_ptr<ByteSource> view_source(std::string_view content) {
    return std::make_unique<ViewSource>(content);
}

std::string read_whole(const ByteSource& source, std::uint64_t limit_bytes,
                       const std::string& shown_name) {
    if (source.size_bytes() > limit_bytes) {
        throw UserError(shown_name + ": is larger than " + std::to_string(limit_bytes) +
                        " bytes; make it smaller");
    }
    std::string content(static_cast<std::size_t>(source.size_bytes()), '\0');
    const std::size_t count =
        source.read(0, std::as_writable_bytes(std::span(content.data(), content.size())));
    content.resize(count);
    return content;
}

std::string read_file(const std::filesystem::path& path, std::uint64_t limit_bytes,
                      const std::string& shown_name) {
    return read_whole(*open_file(path, shown_name), limit_bytes, shown_name);
}

std::string read_file(const std::filesystem::path& path, std::uint64_t limit_bytes) {
    return read_file(path, limit_bytes, path.string());
}

std::optional<std::string> read_file_if_possible(const std::filesystem::path& path,
                                                 std::uint64_t limit_bytes) {
    try {
        return read_file(path, limit_bytes);
    } catch (const UserError&) {
        return std::nullopt;
    }
}

bool has_content(const ByteSource& source, std::string_view text) {
    if (source.size_bytes() != text.size()) return false;
    std::vector<std::byte> block(64 * 1024);
    while (!text.empty()) {
        const auto asked = std::span(block).first(std::min(block.size(), text.size()));
        const auto expected = std::as_bytes(std::span(text).first(asked.size()));
        const std::uint64_t offset = source.size_bytes() - text.size();
        if (source.read(offset, asked) != asked.size()) return false;
        if (!std::ranges::equal(asked, expected)) return false;
        text.remove_prefix(asked.size());
    }
    return true;
}

Sha256 sha256_of(const ByteSource& source, const std::function<void()>& check_interruption) {
    std::vector<std::byte> block(512 * 1024);
    Sha256Hasher hasher;
    for (std::uint64_t done = 0;;) {
        check_interruption();
        const std::size_t count = source.read(done, block);
        if (count == 0) return hasher.finish();
        hasher.update(std::span(block).first(count));
        done += count;
    }
}

}  // namespace onnxhub
