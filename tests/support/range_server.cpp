// SPDX-License-Identifier: Apache-2.0
#include "tests/support/range_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace onnxhub::test {
namespace {

using nlohmann::json;

struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
};

std::optional<Range> requested_range(const ReceivedRequest& request) {
    const std::string* header = request.header("Range");
    if (!header || !header->starts_with("bytes=")) return std::nullopt;
    char* rest = nullptr;
    const auto begin = std::strtoull(header->c_str() + 6, &rest, 10);
    const auto last = std::strtoull(rest + 1, nullptr, 10);
    return Range{static_cast<std::size_t>(begin), static_cast<std::size_t>(last) + 1};
}

std::string last_part(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

std::string quoted(const std::string& text) {
    return "\"" + text + "\"";
}

}  // namespace

Answer range_answer(const ReceivedRequest& request, const std::string& content,
                    const std::string& etag) {
    const auto range = requested_range(request);
    if (!range) return {200, content, {{"ETag", etag}}};
    if (range->begin >= content.size()) {
        return {416, "", {{"Content-Range", fmt::format("bytes */{}", content.size())}}};
    }
    const std::size_t end = std::min(range->end, content.size());
    return {
        206,
        content.substr(range->begin, end - range->begin),
        {{"ETag", etag},
         {"Content-Range", fmt::format("bytes {}-{}/{}", range->begin, end - 1, content.size())}}};
}

RangeServer::RangeServer()
    : server_([this](const ReceivedRequest& request) { return answer(request); }) {}

void RangeServer::add_object(const Sha256& oid, const std::string& content) {
    objects_[to_hex(oid)] = content;
}

void RangeServer::add_file(const std::string& path, const std::string& content, std::string etag) {
    if (etag.empty()) etag = quoted(to_hex(sha256_of(content)));
    files_["/files/" + path] = {content, std::move(etag)};
}

void RangeServer::add_hugging_face(const std::string& name, const std::string& content) {
    hugging_face_[name] = content;
}

std::string RangeServer::host() const {
    return fmt::format("127.0.0.1:{}", server_.port());
}

std::size_t RangeServer::count(const std::string& begin) const {
    const auto all = server_.requests();
    return static_cast<std::size_t>(std::ranges::count_if(
        all, [&](const ReceivedRequest& request) { return request.path.starts_with(begin); }));
}

std::uint64_t RangeServer::range_bytes() const {
    std::uint64_t bytes = 0;
    for (const ReceivedRequest& request : server_.requests()) {
        if (const auto range = requested_range(request)) bytes += range->end - range->begin;
    }
    return bytes;
}

Answer RangeServer::answer(const ReceivedRequest& request) const {
    Answer answer = plain_answer(request);
    if (delay.count() > 0) {
        answer.piece_bytes = std::max<std::size_t>(answer.body.size(), 1);
        answer.pause = delay;
    }
    if (twist) twist(request, answer);
    return answer;
}

Answer RangeServer::plain_answer(const ReceivedRequest& request) const {
    if (request.path == "/lfs/objects/batch") return batch(request);
    const std::string name = last_part(request.path);
    if (request.path.starts_with("/store/")) {
        const auto found = objects_.find(name);
        // S3's ETags are no SHA-256.
        return found == objects_.end()
                   ? Answer{404, "<Error>NoSuchKey</Error>"}
                   : range_answer(request, found->second, quoted("s3-" + name.substr(0, 16)));
    }
    if (request.path.starts_with("/hf/")) {
        const auto found = hugging_face_.find(name);
        if (found == hugging_face_.end()) return {404, "Entry not found"};
        const std::string address = "http://" + *request.header("host") + "/cdn/" + name;
        return {302,
                "",
                {{"Location", address},
                 {"X-Linked-Etag", quoted(to_hex(sha256_of(found->second)))},
                 {"X-Linked-Size", std::to_string(found->second.size())}}};
    }
    if (request.path.starts_with("/cdn/")) {
        const auto found = hugging_face_.find(name);
        return found == hugging_face_.end()
                   ? Answer{404, ""}
                   : range_answer(request, found->second, quoted("cdn-" + name));
    }
    const auto found = files_.find(request.path);
    return found == files_.end() ? Answer{404, "not found"}
                                 : range_answer(request, found->second.content, found->second.etag);
}

Answer RangeServer::batch(const ReceivedRequest& request) const {
    json answer = {{"transfer", "basic"}, {"objects", json::array()}};
    const json question = json::parse(request.body);
    for (json object : question.at("objects")) {
        const std::string oid = object.at("oid");
        const auto found = objects_.find(oid);
        if (found == objects_.end()) {
            object["error"] = {{"code", 404}, {"message", "Object does not exist"}};
        } else {
            object["size"] = found->second.size();
            object["actions"]["download"] = {
                {"href", "http://" + *request.header("host") + "/store/" + oid},
                {"header", {{"X-Key", "secret"}}},
                {"expires_in", 3600}};
        }
        answer["objects"].push_back(object);
    }
    return {200, answer.dump(), {{"Content-Type", "application/vnd.git-lfs+json"}}};
}

}  // namespace onnxhub::test
