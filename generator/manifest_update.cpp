// SPDX-License-Identifier: Apache-2.0
#include "generator/manifest_update.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace onnxhub {
namespace {

/// Which present entry each fresh one continues; no present entry is continued twice.
class Continuations {
public:
    /// Only present entries that `may_continue` are considered.
    Continuations(const ManifestDocument& present, const std::vector<FreshEntry>& fresh,
                  const std::function<bool(const Entry&)>& may_continue)
        : entries_(present.entries), of_fresh_(fresh.size()), is_taken_(present.entries.size()) {
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            if (!entries_[i].entry || !may_continue(*entries_[i].entry)) continue;
            const Entry& entry = *entries_[i].entry;
            by_path_[entry.model_path].push_back(i);
            if (entry.content.sha) by_sha_[*entry.content.sha].push_back(i);
        }
        // The surest first, so that a copy of a model can't take the entry of the original.
        match(fresh, [&](const Entry& entry) { return at_path(entry, 3); });
        match(fresh, [&](const Entry& entry) { return at_path(entry, 0); });
        match(fresh, [&](const Entry& entry) { return of_digest(entry); });
    }

    const std::optional<std::size_t>& of_fresh(std::size_t i) const { return of_fresh_[i]; }
    bool is_taken(std::size_t present) const { return is_taken_[present]; }

    std::vector<MovedEntry> moved(const std::vector<FreshEntry>& fresh) const {
        std::vector<MovedEntry> moved;
        for (std::size_t i = 0; i < fresh.size(); ++i) {
            if (!of_fresh_[i]) continue;
            const Entry& old = *entries_[*of_fresh_[i]].entry;
            if (old.model_path == fresh[i].entry.model_path) continue;
            moved.push_back({name_of(old), fresh[i].entry.model_path});
        }
        return moved;
    }

private:
    template <class Find>
    void match(const std::vector<FreshEntry>& fresh, const Find& find) {
        for (std::size_t i = 0; i < fresh.size(); ++i) {
            if (of_fresh_[i]) continue;
            of_fresh_[i] = find(fresh[i].entry);
            if (of_fresh_[i]) is_taken_[*of_fresh_[i]] = true;
        }
    }

    /// At the same path: the same name counts 2, the same opset 1.
    std::optional<std::size_t> at_path(const Entry& fresh, int least_score) const {
        const auto found = by_path_.find(fresh.model_path);
        if (found == by_path_.end()) return std::nullopt;
        std::optional<std::size_t> best;
        int best_score = least_score - 1;
        for (const std::size_t i : found->second) {
            if (is_taken_[i]) continue;
            const Entry& entry = *entries_[i].entry;
            const int score = (entry.model == fresh.model ? 2 : 0) +
                              (entry.opset_version == fresh.opset_version ? 1 : 0);
            if (score > best_score) {
                best = i;
                best_score = score;
            }
        }
        return best;
    }

    std::optional<std::size_t> of_digest(const Entry& fresh) const {
        if (!fresh.content.sha) return std::nullopt;
        const auto found = by_sha_.find(*fresh.content.sha);
        if (found == by_sha_.end()) return std::nullopt;
        for (const std::size_t i : found->second) {
            if (!is_taken_[i]) return i;
        }
        return std::nullopt;
    }

    const std::vector<ManifestEntry>& entries_;
    std::unordered_map<std::string, std::vector<std::size_t>> by_path_;
    std::map<Sha256, std::vector<std::size_t>> by_sha_;
    std::vector<std::optional<std::size_t>> of_fresh_;
    std::vector<bool> is_taken_;
};

/// An entry's text and where it goes.
struct PlacedText {
    std::string model_path;
    std::size_t position = 0;
    std::string text;
};

std::string assemble(std::vector<PlacedText> placed) {
    std::stable_sort(placed.begin(), placed.end(), [](const PlacedText& a, const PlacedText& b) {
        return std::tie(a.model_path, a.position) < std::tie(b.model_path, b.position);
    });
    std::vector<std::string> texts;
    texts.reserve(placed.size());
    for (PlacedText& entry : placed) texts.push_back(std::move(entry.text));
    return manifest_text(texts);
}

std::vector<PlacedText> place_fresh(const ManifestDocument& present,
                                    const std::vector<FreshEntry>& fresh,
                                    const Continuations& continuations) {
    std::vector<PlacedText> placed;
    placed.reserve(fresh.size());
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        JsonValue json = to_json(fresh[i].entry);
        if (const auto& continued = continuations.of_fresh(i)) {
            json = merge_entry(present.entries[*continued].json, json);
        }
        placed.push_back({fresh[i].entry.model_path, fresh[i].position, entry_text(json)});
    }
    return placed;
}

/// Looks names up where an opset of 0 stands for any.
template <class Value>
class ByName {
public:
    void add(const EntryName& name, Value value) { values_.try_emplace(name, value); }
    const Value* find(const EntryName& name) const {
        auto found = values_.find(name);
        if (found == values_.end()) found = values_.find({name.model, name.model_path, 0});
        return found == values_.end() ? nullptr : &found->second;
    }

private:
    std::map<EntryName, Value> values_;
};

}  // namespace

ManifestUpdate replace_all(const ManifestDocument& present, const std::vector<FreshEntry>& fresh) {
    const Continuations continuations(present, fresh, [](const Entry&) { return true; });
    ManifestUpdate update;
    update.entry_count = fresh.size();
    std::vector<PlacedText> placed = place_fresh(present, fresh, continuations);
    for (std::size_t i = 0; i < present.entries.size(); ++i) {
        if (continuations.is_taken(i)) continue;
        update.removed.push_back(name_of(present.entries[i]));
    }
    update.moved = continuations.moved(fresh);
    update.text = assemble(std::move(placed));
    return update;
}

bool needs_confirmation(std::size_t removed, std::size_t present) {
    if (removed == 0) return false;
    return removed >= present || removed > std::max<std::size_t>(1, present / 10);
}

ManifestUpdate replace_some(const ManifestDocument& present, const PartialChange& change) {
    ByName<std::size_t> order;
    for (std::size_t i = 0; i < change.row_order.size(); ++i) order.add(change.row_order[i], i);
    ByName<bool> renewed;
    for (const FreshEntry& fresh : change.fresh) renewed.add(name_of(fresh.entry), true);
    ByName<bool> gone;
    for (const EntryName& name : change.gone) gone.add(name, true);
    // An entry whose own row is still there and unchanged belongs to that row alone.
    const Continuations continuations(present, change.fresh, [&](const Entry& entry) {
        return renewed.find(name_of(entry)) || !order.find(name_of(entry));
    });

    ManifestUpdate update;
    std::vector<PlacedText> placed = place_fresh(present, change.fresh, continuations);
    for (std::size_t i = 0; i < present.entries.size(); ++i) {
        if (continuations.is_taken(i)) continue;
        const EntryName name = name_of(present.entries[i]);
        if (gone.find(name)) {
            update.removed.push_back(name);
            continue;
        }
        const std::size_t* position = order.find(name);
        placed.push_back({name.model_path,
                          position ? *position : std::numeric_limits<std::size_t>::max(),
                          present.entries[i].text});
    }
    update.entry_count = placed.size();
    update.moved = continuations.moved(change.fresh);
    update.text = assemble(std::move(placed));
    return update;
}

}  // namespace onnxhub
