// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/kept_responses.h"

#include "manifest/gzip.h"

namespace onnxhub {
namespace {

constexpr std::size_t most_kept = 32;  // files, in each of the two
constexpr int gzip_level = 6;          // zlib's own choice between time and size

}  // namespace

ServedFile PackedFiles::pack(ServedFile file) {
    auto text = packed(file);
    if (text->empty()) return file;
    file.identity.etag.insert(file.identity.etag.size() - 1, "-gzip");
    file.identity.size_bytes = text->size();
    file.text = std::move(text);
    file.file = OpenFile();
    return file;
}

std::shared_ptr<const std::string> PackedFiles::packed(const ServedFile& file) {
    const std::lock_guard lock(mutex_);
    for (auto it = files_.begin(); it != files_.end(); ++it) {
        if (it->first != file.identity.etag) continue;
        files_.splice(files_.begin(), files_, it);
        return it->second;
    }
    auto text = std::make_shared<const std::string>(gzip(read_whole_file(file), gzip_level));
    files_.emplace_front(file.identity.etag, text);
    if (files_.size() > most_kept) files_.pop_back();
    return text;
}

bool ReadyResponses::send(MHD_Connection* connection, const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = responses_.find(key);
    if (found == responses_.end()) return false;
    MHD_queue_response(connection, 200, found->second.get());
    return true;
}

void ReadyResponses::keep(const std::string& key, Response response) {
    const std::lock_guard lock(mutex_);
    if (responses_.size() >= most_kept) responses_.clear();
    responses_.emplace(key, std::move(response));
}

}  // namespace onnxhub
