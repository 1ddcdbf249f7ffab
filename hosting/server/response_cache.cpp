// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/response_cache.h"

#include "archive/gzip.h"

namespace onnxhub {
namespace {

constexpr std::size_t max_kept = 32;  // files, in each of the two caches
constexpr int gzip_level = 6;         // zlib's own choice between time and size

}  // namespace

std::shared_ptr<const std::string> held_text(ByteBudget& memory, std::string text) {
    struct Held {
        std::string text;
        ByteBudget::Reservation reserved;
    };
    auto reserved = memory.reserve(text.size());
    if (!reserved) return nullptr;
    auto held = std::make_shared<const Held>(Held{std::move(text), *std::move(reserved)});
    return {held, &held->text};
}

std::shared_ptr<const std::string> GzipCache::find(const std::string& etag) {
    const std::lock_guard lock(mutex_);
    for (auto it = files_.begin(); it != files_.end(); ++it) {
        if (it->first != etag) continue;
        files_.splice(files_.begin(), files_, it);
        return it->second;
    }
    return nullptr;
}

void GzipCache::keep(const std::string& etag, std::shared_ptr<const std::string> packed) {
    const std::lock_guard lock(mutex_);
    if (packed->size() > max_bytes_) return;
    bytes_ += packed->size();
    files_.emplace_front(etag, std::move(packed));
    while (files_.size() > max_kept || bytes_ > max_bytes_) {
        bytes_ -= files_.back().second->size();
        files_.pop_back();
    }
}

FileIdentity packed_identity(FileIdentity identity) {
    identity.etag.insert(identity.etag.size() - 1, "-gzip");
    identity.size_bytes = 0;
    return identity;
}

std::string pack(const std::string& text) {
    return gzip(text, gzip_level);
}

bool ResponseCache::send(MHD_Connection* connection, const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = responses_.find(key);
    if (found == responses_.end()) return false;
    mhd().queue_response(connection, 200, found->second.get());
    return true;
}

void ResponseCache::keep(const std::string& key, Response response, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    if (responses_.size() >= max_kept || bytes_ + bytes > max_bytes_) {
        responses_.clear();
        bytes_ = 0;
    }
    if (bytes > max_bytes_ || !responses_.emplace(key, std::move(response)).second) return;
    bytes_ += bytes;
}

}  // namespace onnxhub
