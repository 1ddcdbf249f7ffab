// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/http_response.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/unlinked_file.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

/// Several ranges of a file with the lines between them: multipart/byteranges (RFC 9110, 14.6).
struct Multipart {
    struct Part {
        std::string head;
        ByteRange range;
    };
    std::vector<Part> parts;
    std::string end;
    ServedFile file;

    std::uint64_t size() const {
        std::uint64_t bytes = end.size();
        for (const Part& part : parts) bytes += part.head.size() + part.range.size_bytes();
        return bytes;
    }

    /// Copies from `offset` of the whole; at least one byte, or -1.
    ssize_t read(std::uint64_t offset, char* into, std::size_t room) const {
        for (const Part& part : parts) {
            if (offset < part.head.size()) {
                return copy(part.head, offset, into, room);
            }
            offset -= part.head.size();
            if (offset < part.range.size_bytes()) {
                return read_file(part.range.first + offset, into,
                                 std::min<std::uint64_t>(room, part.range.size_bytes() - offset));
            }
            offset -= part.range.size_bytes();
        }
        return offset < end.size() ? copy(end, offset, into, room) : -1;
    }

private:
    static ssize_t copy(const std::string& text, std::uint64_t offset, char* into,
                        std::size_t room) {
        const std::size_t count = std::min<std::size_t>(room, text.size() - offset);
        std::memcpy(into, text.data() + offset, count);
        return static_cast<ssize_t>(count);
    }

    ssize_t read_file(std::uint64_t offset, char* into, std::size_t count) const {
        if (file.text) return copy(*file.text, offset, into, count);
        const auto block = std::as_writable_bytes(std::span(into, count));
        const std::size_t got = read_all_at(file.file, offset, block).value_or(0);
        return got > 0 ? static_cast<ssize_t>(got) : -1;
    }
};

/// libmicrohttpd's buffer for each response that is sent from a callback.
constexpr std::size_t block_bytes = 16 * 1024;

constexpr const char* revalidates = "no-cache";  // by ETag
/// For a year, the longest time in use (RFC 8246). Without "public", shared caches do not keep what
/// needed a token.
constexpr const char* caches_forever = "max-age=31536000, immutable";

constexpr const char* boundary = "onnxhub-7d1a6f0c2b9e4853";

Response multipart_response(ServedFile file, const std::vector<ByteRange>& ranges) {
    auto body = std::make_unique<Multipart>();
    for (const ByteRange& range : ranges) {
        body->parts.push_back(
            {fmt::format("\r\n--{}\r\nContent-Type: {}\r\nContent-Range: bytes {}-{}/{}\r\n\r\n",
                         boundary, file.content_type, range.first, range.last,
                         file.identity.size_bytes),
             range});
    }
    body->end = fmt::format("\r\n--{}--\r\n", boundary);
    body->file = std::move(file);
    const std::uint64_t size = body->size();
    const auto read = [](void* self, std::uint64_t offset, char* into, std::size_t room) {
        return static_cast<Multipart*>(self)->read(offset, into, room);
    };
    const auto free = [](void* self) { delete static_cast<Multipart*>(self); };
    Response response(
        mhd().create_response_from_callback(size, block_bytes, read, body.release(), free));
    response.header("Content-Type", std::string("multipart/byteranges; boundary=") + boundary);
    return response;
}

/// The response to HEAD for content of this size, without the content.
Response length_response(std::uint64_t count) {
    const auto read = [](void*, std::uint64_t, char*, std::size_t) -> ssize_t {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    };
    return Response(mhd().create_response_from_callback(count, 1, read, nullptr, nullptr));
}

/// `count` bytes of the file from `offset`. The kernel sends files on disk (sendfile).
Response part_response(ServedFile file, std::uint64_t offset, std::uint64_t count) {
    if (file.text) {
        using Text = std::shared_ptr<const std::string>;
        auto* kept = new Text(file.text);
        const auto free = [](void* text) { delete static_cast<Text*>(text); };
        return Response(mhd().create_response_from_buffer_with_free_callback_cls(
            count, const_cast<char*>((*kept)->data()) + offset, free, kept));
    }
    if (!file.file.is_open()) return length_response(count);
    return Response(mhd().create_response_from_fd_at_offset64(count, file.file.release(), offset));
}

Response response_without_headers(const ReplyPlan& plan, ServedFile file) {
    const std::string type = file.content_type;
    const std::uint64_t size = file.identity.size_bytes;
    if (plan.status == 416) {
        Response response = text_response("the file has no such bytes\n", "text/plain");
        response.header("Content-Range", fmt::format("bytes */{}", size));
        return response;
    }
    if (plan.status == 304 || plan.status == 412) return text_response("", type.c_str());
    if (plan.ranges.size() > 1) return multipart_response(std::move(file), plan.ranges);
    const ByteRange range = plan.ranges.empty() ? ByteRange{0, size - 1} : plan.ranges.front();
    Response response =
        part_response(std::move(file), range.first, size == 0 ? 0 : range.size_bytes());
    response.header("Content-Type", type);
    if (plan.status == 206) {
        response.header("Content-Range",
                        fmt::format("bytes {}-{}/{}", range.first, range.last, size));
    }
    return response;
}

}  // namespace

Response text_response(const std::string& text, const char* type) {
    Response response(mhd().create_response_from_buffer(text.size(), const_cast<char*>(text.data()),
                                                        MHD_RESPMEM_MUST_COPY));
    response.header("Content-Type", type);
    return response;
}

Response file_response(const ReplyPlan& plan, ServedFile file) {
    const FileIdentity identity = file.identity;
    const bool is_packed = identity.etag.ends_with("-gzip\"");
    const bool varies = is_packed_kind(file.content_type);
    const std::string policy = file.policy, commit = file.commit.value_or("");
    const char* caching = file.never_changes ? caches_forever : revalidates;
    Response response = response_without_headers(plan, std::move(file));
    response.header("ETag", identity.etag);
    if (!policy.empty()) response.header("Content-Security-Policy", policy);
    if (!commit.empty()) response.header("Onnx-Hub-Commit", commit);
    if (identity.last_modified > 0) {
        response.header("Last-Modified", http_date(identity.last_modified));
    }
    response.header("Accept-Ranges", "bytes");
    response.header("Cache-Control", caching);
    if (varies) response.header("Vary", "Accept-Encoding");
    if (is_packed) response.header("Content-Encoding", "gzip");
    return response;
}

bool is_packed_kind(const std::string& type) {
    return type == "application/json" || type.starts_with("text/");
}

std::string read_whole_file(const ServedFile& file) {
    if (file.text) return *file.text;
    std::string text(file.identity.size_bytes, '\0');
    const std::size_t count = read_at(file.file, 0, std::as_writable_bytes(std::span(text)));
    if (count != text.size()) throw UserError("a file became shorter while it was read");
    return text;
}

}  // namespace onnxhub
