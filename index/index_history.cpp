// SPDX-License-Identifier: Apache-2.0
#include "index/index_history.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace onnxhub {
namespace {

constexpr std::string_view root_word = "root ";

void sort_files(std::vector<Sha256>& files) {
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());
}

}  // namespace

IndexHistory parse_index_history(std::string_view text) {
    IndexHistory history;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const bool is_root = line.starts_with(root_word);
        if (is_root) line.remove_prefix(root_word.size());
        const auto digest = parse_sha256(line);
        if (!digest) continue;
        if (is_root) {
            history.push_back({*digest, {}});
        } else if (!history.empty()) {
            history.back().files.push_back(*digest);
        }
    }
    for (IndexGeneration& generation : history) sort_files(generation.files);
    return history;
}

std::string index_history_text(const IndexHistory& history) {
    std::string text;
    for (const IndexGeneration& generation : history) {
        text += std::string(root_word) + to_hex(generation.root) + '\n';
        for (const Sha256& file : generation.files) text += to_hex(file) + '\n';
    }
    return text;
}

IndexHistory with_root(IndexHistory history, const Sha256& root, std::vector<Sha256> files,
                       std::size_t keep) {
    sort_files(files);
    std::erase_if(history, [&](const IndexGeneration& old) { return old.root == root; });
    for (IndexGeneration& old : history) {
        std::vector<Sha256> left;
        std::ranges::set_difference(old.files, files, std::back_inserter(left));
        old.files = std::move(left);
    }
    history.insert(history.begin(), {root, std::move(files)});
    if (history.size() > keep) history.resize(std::max<std::size_t>(keep, 1));
    return history;
}

}  // namespace onnxhub
