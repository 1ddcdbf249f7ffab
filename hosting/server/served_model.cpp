// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/served_model.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/digest.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

/// An open file of the hub.
class DescriptorSource : public ByteSource {
public:
    DescriptorSource(Descriptor file, std::uint64_t size) : file_(std::move(file)), size_(size) {}

    std::uint64_t size_bytes() const override { return size_; }

    std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override {
        const auto count = read_all_at(file_, offset, into);
        if (!count) throw UserError("a file of the hub can't be read");
        return *count;
    }

private:
    Descriptor file_;
    std::uint64_t size_;
};

/// Files on disk have their SHA-256 as ETag, since the server hashes each once.
std::optional<ServedFile> open_hashed(ServedHub& hub, const std::string& path) {
    for (int time = 0; time < 2; ++time) {
        Served served = hub.open(path);
        auto* file = std::get_if<ServedFile>(&served);
        if (!file) return std::nullopt;
        if (!file->identity.etag.empty()) return std::move(*file);
        hub.learn_etag(path);
    }
    return std::nullopt;
}

std::unique_ptr<ByteSource> open_model(ServedHub& hub, const std::string& hub_path,
                                       const std::string& sha256) {
    auto file = open_hashed(hub, "/" + hub_path);
    if (!file) return nullptr;
    if (file->blob) {
        auto source = file->blob->tree->open(file->blob->path);
        return to_hex(sha256_of(*source, [] {})) == sha256 ? std::move(source) : nullptr;
    }
    if (file->identity.etag != '"' + sha256 + '"') return nullptr;
    return std::make_unique<DescriptorSource>(std::move(file->file), file->identity.size_bytes);
}

}  // namespace

std::optional<std::string> model_of_graph_path(std::string_view path) {
    constexpr std::string_view begin = "/graph/";
    constexpr std::string_view end = ".json.gz";
    constexpr std::size_t digits = 64;
    if (path.size() != begin.size() + digits + end.size()) return std::nullopt;
    if (!path.starts_with(begin) || !path.ends_with(end)) return std::nullopt;
    const std::string_view sha256 = path.substr(begin.size(), digits);
    if (sha256.find_first_not_of("0123456789abcdef") != sha256.npos) return std::nullopt;
    return std::string(sha256);
}

std::optional<std::string> manifest_etag(ServedHub& hub) {
    const auto file = open_hashed(hub, "/ONNX_HUB_MANIFEST.json");
    return file ? std::optional(file->identity.etag) : std::nullopt;
}

std::shared_ptr<const std::string> described_model(ServedHub& hub, const ModelGraphSource& graphs,
                                                   const std::string& sha256,
                                                   const std::string& key, Contents& contents) {
    const auto etag = manifest_etag(hub);
    const auto open = [&](const std::string& path) { return open_model(hub, path, sha256); };
    auto graph = etag ? graphs(sha256, *etag, open) : std::nullopt;
    if (!graph) throw NotServed{404, "no graph of this model is available"};
    auto text = held_text(contents.memory, *std::move(graph));
    if (!text) throw NotServed{503, "the server has no memory left; try again"};
    contents.packed.keep(key, text);
    return text;
}

}  // namespace onnxhub
