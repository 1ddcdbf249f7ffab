// SPDX-License-Identifier: Apache-2.0
#include "generator/manifest_update.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace onnxhub {
namespace {

/// Maps each fresh entry to the present entry that it continues; each present entry is used at most
/// once.
class Continuations {
public:
    /// Considers only present entries for which `may_continue` is true.
    Continuations(const ManifestDocument& present, const std::vector<FreshEntry>& fresh,
                  const std::vector<EntryClaim>& claims,
                  const std::function<bool(const Entry&)>& may_continue)
        : entries_(present.entries), of_fresh_(fresh.size()), is_taken_(present.entries.size()) {
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            if (!entries_[i].entry || !may_continue(*entries_[i].entry)) continue;
            const Entry& entry = *entries_[i].entry;
            by_path_[entry.model_path].push_back(i);
            if (entry.content.sha) by_sha_[*entry.content.sha].push_back(i);
        }
        // The most certain matches first, so that a copy of a model cannot take the entry of the
        // original.
        match(fresh, [&](const Entry& entry) { return at_path(entry, 3); });
        match(fresh, [&](const Entry& entry) { return at_path(entry, 2); });
        leave_alone(claims);
        match(fresh, [&](const Entry& entry) { return at_path(entry, 0); });
        match(fresh, [&](const Entry& entry) { return of_digest(entry); });
    }

    const std::optional<std::size_t>& of_fresh(std::size_t i) const { return of_fresh_[i]; }
    bool is_taken(std::size_t present) const { return is_taken_[present] && !is_left_[present]; }

    /// For each continued present entry, the position of the fresh one.
    std::vector<std::size_t> positions(const std::vector<FreshEntry>& fresh) const {
        std::vector<std::size_t> positions(entries_.size());
        for (std::size_t i = 0; i < fresh.size(); ++i) {
            if (of_fresh_[i]) positions[*of_fresh_[i]] = fresh[i].position;
        }
        return positions;
    }

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
    /// The remaining entries with a certain claim belong to invalid rows.
    void leave_alone(const std::vector<EntryClaim>& claims) {
        is_left_.resize(is_taken_.size());
        for (std::size_t i = 0; i < claims.size(); ++i) {
            is_left_[i] = claims[i] == EntryClaim::certain && !is_taken_[i];
            if (is_left_[i]) is_taken_[i] = true;
        }
    }

    template <class Find>
    void match(const std::vector<FreshEntry>& fresh, const Find& find) {
        for (std::size_t i = 0; i < fresh.size(); ++i) {
            if (of_fresh_[i]) continue;
            of_fresh_[i] = find(fresh[i].entry);
            if (of_fresh_[i]) is_taken_[*of_fresh_[i]] = true;
        }
    }

    /// Matches at the same path: an equal name scores 2, an equal opset 1.
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
    std::vector<bool> is_left_;
};

bool is_claimed(const Retained& retained, std::size_t present) {
    return present < retained.claims.size() && retained.claims[present] != EntryClaim::none;
}

/// Entries with the digest of a fresh one that are not in use: entries that the present manifest
/// has lost, and claimed ones that stay unchanged.
class LostEntries {
public:
    LostEntries(const ManifestDocument& present, const Retained& retained,
                const std::vector<FreshEntry>& fresh, const Continuations& continuations) {
        if (retained.claims.empty() && retained.earlier.empty()) return;
        std::set<EntryName> names;
        for (std::size_t i = 0; i < present.entries.size(); ++i) {
            names.insert(name_of(present.entries[i]));
            if (is_claimed(retained, i) && !continuations.is_taken(i)) add(present.entries[i]);
        }
        for (const FreshEntry& one : fresh) fresh_.insert(name_of(one.entry));
        for (const ManifestDocument* document : retained.earlier) {
            for (const ManifestEntry& entry : document->entries) {
                if (!names.contains(name_of(entry))) add(entry);
            }
        }
    }

    /// Null when there is none. An entry whose name equals another fresh entry belongs to that
    /// entry.
    const JsonValue* find(const Entry& fresh) const {
        if (!fresh.content.sha) return nullptr;
        const auto found = by_sha_.find(*fresh.content.sha);
        if (found == by_sha_.end()) return nullptr;
        const JsonValue* other = nullptr;
        for (const ManifestEntry* entry : found->second) {
            const EntryName name = name_of(*entry);
            if (name == name_of(fresh)) return &entry->json;
            if (!other && !fresh_.contains(name)) other = &entry->json;
        }
        return other;
    }

private:
    /// More copies of one model only cost time.
    static constexpr std::size_t copies_limit = 64;

    void add(const ManifestEntry& entry) {
        if (!entry.entry || !entry.entry->content.sha) return;
        auto& same = by_sha_[*entry.entry->content.sha];
        if (same.size() < copies_limit) same.push_back(&entry);
    }

    std::map<Sha256, std::vector<const ManifestEntry*>> by_sha_;
    std::set<EntryName> fresh_;
};

/// An entry's text and its place in the document.
struct PlacedText {
    std::string model_path;
    std::size_t position = 0;
    std::string text;
    int rank = 0;  ///< among entries at the same position
};

std::string assemble(std::vector<PlacedText> placed) {
    std::stable_sort(placed.begin(), placed.end(), [](const PlacedText& a, const PlacedText& b) {
        return std::tie(a.model_path, a.position, a.rank) <
               std::tie(b.model_path, b.position, b.rank);
    });
    std::vector<std::string> texts;
    texts.reserve(placed.size());
    for (PlacedText& entry : placed) texts.push_back(std::move(entry.text));
    return manifest_text(texts);
}

std::vector<PlacedText> place_fresh(const ManifestDocument& present,
                                    const std::vector<FreshEntry>& fresh, const Retained& retained,
                                    const Continuations& continuations) {
    const LostEntries lost(present, retained, fresh, continuations);
    std::vector<PlacedText> placed;
    placed.reserve(fresh.size());
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        JsonValue json = to_json(fresh[i].entry);
        if (const auto& continued = continuations.of_fresh(i)) {
            json = merge_entry(present.entries[*continued].json, json);
        } else if (const JsonValue* earlier = lost.find(fresh[i].entry)) {
            json = merge_entry(*earlier, json);
        }
        placed.push_back({fresh[i].entry.model_path, fresh[i].position, entry_text(json)});
    }
    return placed;
}

/// Places entries without a row after the preceding entry of the same path.
class KeptPlaces {
public:
    void follow(const std::string& model_path, std::size_t position) {
        last_[model_path] = position;
    }

    PlacedText place(const std::string& model_path, std::string text) const {
        const auto last = last_.find(model_path);
        if (last == last_.end()) return {model_path, 0, std::move(text), -1};
        return {model_path, last->second, std::move(text), 1};
    }

private:
    std::unordered_map<std::string, std::size_t> last_;
};

/// Looks up names; an opset of 0 matches any opset.
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

ManifestUpdate replace_all(const ManifestDocument& present, const std::vector<FreshEntry>& fresh,
                           const Retained& retained) {
    const Continuations continuations(present, fresh, retained.claims,
                                      [](const Entry&) { return true; });
    ManifestUpdate update;
    std::vector<PlacedText> placed = place_fresh(present, fresh, retained, continuations);
    const std::vector<std::size_t> position_of = continuations.positions(fresh);
    KeptPlaces places;
    for (std::size_t i = 0; i < present.entries.size(); ++i) {
        const EntryName name = name_of(present.entries[i]);
        if (continuations.is_taken(i)) {
            places.follow(name.model_path, position_of[i]);
        } else if (is_claimed(retained, i)) {
            placed.push_back(places.place(name.model_path, present.entries[i].text));
            update.kept.push_back(name);
        } else {
            update.removed.push_back(name);
        }
    }
    update.entry_count = placed.size();
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
    ByName<bool> regenerated;
    for (const FreshEntry& fresh : change.fresh) regenerated.add(name_of(fresh.entry), true);
    ByName<bool> gone;
    for (const EntryName& name : change.gone) gone.add(name, true);
    // An entry whose own row is unchanged belongs only to that row.
    const auto may_continue = [&](const Entry& entry) {
        return regenerated.find(name_of(entry)) || !order.find(name_of(entry));
    };
    const Continuations continuations(present, change.fresh, change.retained.claims, may_continue);

    ManifestUpdate update;
    std::vector<PlacedText> placed =
        place_fresh(present, change.fresh, change.retained, continuations);
    KeptPlaces places;
    const std::vector<std::size_t> position_of = continuations.positions(change.fresh);
    for (std::size_t i = 0; i < present.entries.size(); ++i) {
        const EntryName name = name_of(present.entries[i]);
        const std::size_t* position = order.find(name);
        if (continuations.is_taken(i) || position) {
            places.follow(name.model_path, continuations.is_taken(i) ? position_of[i] : *position);
        }
        if (continuations.is_taken(i)) continue;
        const bool is_kept = is_claimed(change.retained, i);
        if (!is_kept && gone.find(name)) {
            update.removed.push_back(name);
            continue;
        }
        if (is_kept) update.kept.push_back(name);
        if (is_kept && !position) {
            placed.push_back(places.place(name.model_path, present.entries[i].text));
            continue;
        }
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
