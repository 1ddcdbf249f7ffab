// SPDX-License-Identifier: Apache-2.0
#include "index/index_items.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <span>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>

#include "base/ascii.h"
#include "base/parallel.h"
#include "base/user_error.h"
#include "index/index_format.h"
#include "index/index_terms.h"
#include "manifest/manifest_stream.h"

namespace onnxhub {
namespace {

constexpr std::size_t batch_entries = 4096;
constexpr std::size_t batch_bytes = std::size_t{16} << 20;

/// Digests what is read, which is done once from begin to end.
class DigestingSource : public ByteSource {
public:
    explicit DigestingSource(const ByteSource& source) : source_(source) {}

    std::uint64_t size_bytes() const override { return source_.size_bytes(); }

    std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override {
        const std::size_t count = source_.read(offset, into);
        hasher_.update(into.first(count));
        return count;
    }

    Sha256 digest() const { return hasher_.finish(); }  ///< once

private:
    const ByteSource& source_;
    mutable Sha256Hasher hasher_;
};

/// An entry on its way into the index.
struct ReadItem {
    std::string text;
    int line = 1;
    int column = 1;
    IndexItem item;
    std::vector<RankedTerm> terms;
    std::optional<JsonSyntaxError> error;
    bool is_left_out = false;
};

/// Larger numbers than many JSON readers can take are left out.
std::optional<std::uint64_t> bytes_of(const Entry& entry) {
    constexpr std::uint64_t limit = std::uint64_t{1} << 53;
    const auto bytes = stated_bytes(entry);
    return bytes && *bytes < limit ? bytes : std::nullopt;
}

std::string posting_of(const Entry& entry) {
    const IndexPosting posting{0,
                               entry.model,
                               entry.opset_version,
                               entry.onnx_version,
                               bytes_of(entry),
                               entry.model_path,
                               entry.tags};
    return index_text(posting).substr(std::string_view("[0,").size());
}

void read_item(ReadItem& read) {
    auto parsed = parse_raw_entry({read.text, 0, read.line, read.column});
    if (auto* error = std::get_if<JsonSyntaxError>(&parsed)) {
        read.error = std::move(*error);
        return;
    }
    const auto& entry = std::get<ManifestEntry>(parsed).entry;
    read.is_left_out = !entry;
    if (!entry) return;
    read.item.key = lower_case(entry->model);
    read.item.compact_bytes = static_cast<std::uint32_t>(compact_json(read.text).size());
    read.item.posting = posting_of(*entry);
    read.terms = terms_of(*entry);
}

class ItemReader {
public:
    explicit ItemReader(const IndexRequest& request)
        : request_(request), source_(*request.manifest), stream_(source_) {}

    IndexItems read() {
        while (read_batch()) {
        }
        if (stream_.error()) fail(*stream_.error());
        result_.manifest = source_.digest();
        sort_items();
        sort_terms();
        return std::move(result_);
    }

private:
    [[noreturn]] void fail(const JsonSyntaxError& error) const {
        throw UserError(fmt::format("{}:{}:{}: {}; run `onnxhub validate` for details",
                                    request_.shown_name, error.line, error.column, error.message));
    }

    bool read_batch() {
        request_.check_interruption();
        std::vector<ReadItem> batch;
        std::size_t bytes = 0;
        while (batch.size() < batch_entries && bytes < batch_bytes) {
            const auto raw = stream_.next();
            if (!raw) break;
            ReadItem& read = batch.emplace_back();
            read.text = raw->text;
            read.line = raw->line;
            read.column = raw->column;
            read.item.offset = raw->offset;
            read.item.length = static_cast<std::uint32_t>(raw->text.size());
            bytes += raw->text.size();
        }
        for_each_index(batch.size(), request_.jobs, [&](std::size_t i) { read_item(batch[i]); });
        for (ReadItem& read : batch) take(read);
        return !batch.empty();
    }

    void take(ReadItem& read) {
        if (read.error) fail(*read.error);
        if (read.is_left_out) return;
        if (read.item.key.size() > index_key_limit) {
            throw UserError(
                fmt::format("{}:{}: the model's name has more than {} bytes, the limit "
                            "of an index; shorten it",
                            request_.shown_name, read.line, index_key_limit));
        }
        const auto item = static_cast<std::uint32_t>(result_.items.size());
        for (RankedTerm& ranked : read.terms) {
            const auto next = static_cast<std::uint32_t>(result_.terms.size());
            const auto [known, is_new] = numbers_.try_emplace(ranked.term, next);
            if (is_new) result_.terms.push_back(std::move(ranked.term));
            result_.item_terms.push_back(
                {known->second, item, static_cast<std::uint8_t>(ranked.rank)});
        }
        result_.items.push_back(std::move(read.item));
    }

    /// Brings `values` into the order of `keys`, and returns the new position of each.
    template <class Value, class Key>
    static std::vector<std::uint32_t> sort_by(std::vector<Value>& values, const Key& key) {
        std::vector<std::uint32_t> order(values.size());
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return key(values[a]) < key(values[b]);
        });
        std::vector<Value> sorted;
        sorted.reserve(values.size());
        std::vector<std::uint32_t> position(values.size());
        for (std::uint32_t i = 0; i < order.size(); ++i) {
            position[order[i]] = i;
            sorted.push_back(std::move(values[order[i]]));
        }
        values = std::move(sorted);
        return position;
    }

    void sort_items() {
        const auto position = sort_by(
            result_.items, [](const IndexItem& item) -> const std::string& { return item.key; });
        for (ItemTerm& term : result_.item_terms) term.item = position[term.item];
    }

    void sort_terms() {
        numbers_.clear();
        const auto position = sort_by(
            result_.terms, [](const std::string& term) -> const std::string& { return term; });
        for (ItemTerm& term : result_.item_terms) term.term = position[term.term];
        std::sort(result_.item_terms.begin(), result_.item_terms.end(),
                  [](const ItemTerm& a, const ItemTerm& b) {
                      return std::tie(a.term, a.rank, a.item) < std::tie(b.term, b.rank, b.item);
                  });
    }

    const IndexRequest& request_;
    DigestingSource source_;
    ManifestStream stream_;
    std::unordered_map<std::string, std::uint32_t> numbers_;  ///< of the terms
    IndexItems result_;
};

}  // namespace

std::string compact_json(std::string_view json) {
    std::string text;
    text.reserve(json.size());
    for (std::size_t at = 0; at < json.size();) {
        const char c = json[at];
        if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
            ++at;
            continue;
        }
        std::size_t end = at + 1;
        if (c == '"') {
            while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
            ++end;
        }
        text += json.substr(at, end - at);
        at = end;
    }
    return text;
}

IndexItems read_index_items(const IndexRequest& request) {
    return ItemReader(request).read();
}

}  // namespace onnxhub
