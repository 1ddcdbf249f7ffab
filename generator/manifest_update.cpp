// SPDX-License-Identifier: Apache-2.0
#include "generator/manifest_update.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string_view>
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
            if (old.model_path == fresh[i].entry->model_path) continue;
            moved.push_back({name_of(old), fresh[i].entry->model_path});
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
            of_fresh_[i] = find(*fresh[i].entry);
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
        for (const FreshEntry& one : fresh) fresh_.insert(name_of(*one.entry));
        for (const ManifestDocument* document : retained.earlier) {
            for (const ManifestEntry& entry : document->entries) {
                if (!names.contains(name_of(entry))) add(entry);
            }
        }
    }

    /// Null when there is none. An entry whose name equals another fresh entry belongs to that
    /// entry.
    const ManifestEntry* find(const Entry& fresh) const {
        if (!fresh.content.sha) return nullptr;
        const auto found = by_sha_.find(*fresh.content.sha);
        if (found == by_sha_.end()) return nullptr;
        const ManifestEntry* other = nullptr;
        for (const ManifestEntry* entry : found->second) {
            const EntryName name = name_of(*entry);
            if (name == name_of(fresh)) return entry;
            if (!other && !fresh_.contains(name)) other = entry;
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

/// An entry and its place in the document. It points to a fresh entry or to a present one.
struct PlacedEntry {
    std::string_view model_path;
    std::size_t position = 0;
    int rank = 0;  ///< among entries at the same position
    std::size_t fresh = npos;
    const ManifestEntry* present = nullptr;  ///< if it is not a fresh one

    static constexpr std::size_t npos = static_cast<std::size_t>(-1);
};

/// Makes the document, entry by entry.
class DocumentWriter {
public:
    DocumentWriter(const ManifestDocument& present, std::vector<FreshEntry>& fresh,
                   const Retained& retained, const Continuations& continuations)
        : present_(present),
          fresh_(fresh),
          continuations_(continuations),
          lost_(present, retained, fresh, continuations) {
        placed_.reserve(fresh.size());
        for (std::size_t i = 0; i < fresh.size(); ++i) {
            placed_.push_back({fresh[i].entry->model_path, fresh[i].position, 0, i});
        }
    }

    void keep(const ManifestEntry& entry, std::size_t position, int rank) {
        placed_.push_back({path_of(entry), position, rank, PlacedEntry::npos, &entry});
    }

    std::size_t entry_count() const { return placed_.size(); }

    /// Uses up the fresh entries: each is freed when its text is made.
    std::string write() {
        std::ranges::stable_sort(placed_, [](const PlacedEntry& a, const PlacedEntry& b) {
            return std::tie(a.model_path, a.position, a.rank) <
                   std::tie(b.model_path, b.position, b.rank);
        });
        ManifestTextWriter writer(placed_.size());
        for (const PlacedEntry& placed : placed_) {
            if (placed.fresh == PlacedEntry::npos) {
                writer.add(placed.present->text);
            } else {
                write_fresh(placed.fresh, writer);
            }
        }
        return writer.finish();
    }

private:
    /// A view that lives as long as this object.
    std::string_view path_of(const ManifestEntry& entry) {
        if (entry.entry) return entry.entry->model_path;
        return paths_.emplace_back(name_of(entry).model_path);
    }

    void write_fresh(std::size_t i, ManifestTextWriter& writer) {
        const Boxed<Entry> owner = std::move(fresh_[i].entry);
        const Entry& entry = *owner;
        const ManifestEntry* before = nullptr;
        if (const auto& continued = continuations_.of_fresh(i)) {
            before = &present_.entries[*continued];
        } else {
            before = lost_.find(entry);
        }
        std::string text;
        append_entry_text(entry, text);
        // Most entries are as before, and have nothing that must be kept.
        if (before && before->text != text) {
            text = entry_text(merge_entry(before->json(), to_json(entry)));
        }
        writer.add(text);
    }

    const ManifestDocument& present_;
    std::vector<FreshEntry>& fresh_;
    const Continuations& continuations_;
    const LostEntries lost_;
    std::vector<PlacedEntry> placed_;
    std::deque<std::string> paths_;
};

/// Places entries without a row after the preceding entry of the same path.
class KeptPlaces {
public:
    void follow(const std::string& model_path, std::size_t position) {
        last_[model_path] = position;
    }

    void place(const ManifestEntry& entry, const std::string& model_path,
               DocumentWriter& writer) const {
        const auto last = last_.find(model_path);
        if (last == last_.end()) {
            writer.keep(entry, 0, -1);
        } else {
            writer.keep(entry, last->second, 1);
        }
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

ManifestUpdate replace_all(const ManifestDocument& present, std::vector<FreshEntry> fresh,
                           const Retained& retained) {
    const Continuations continuations(present, fresh, retained.claims,
                                      [](const Entry&) { return true; });
    ManifestUpdate update;
    update.moved = continuations.moved(fresh);
    DocumentWriter writer(present, fresh, retained, continuations);
    const std::vector<std::size_t> position_of = continuations.positions(fresh);
    KeptPlaces places;
    for (std::size_t i = 0; i < present.entries.size(); ++i) {
        const EntryName name = name_of(present.entries[i]);
        if (continuations.is_taken(i)) {
            places.follow(name.model_path, position_of[i]);
        } else if (is_claimed(retained, i)) {
            places.place(present.entries[i], name.model_path, writer);
            update.kept.push_back(name);
        } else {
            update.removed.push_back(name);
        }
    }
    update.entry_count = writer.entry_count();
    update.text = writer.write();
    return update;
}

bool needs_confirmation(std::size_t removed, std::size_t present) {
    if (removed == 0) return false;
    return removed >= present || removed > std::max<std::size_t>(1, present / 10);
}

ManifestUpdate replace_some(const ManifestDocument& present, PartialChange change) {
    ByName<std::size_t> order;
    for (std::size_t i = 0; i < change.row_order.size(); ++i) order.add(change.row_order[i], i);
    ByName<bool> regenerated;
    for (const FreshEntry& fresh : change.fresh) regenerated.add(name_of(*fresh.entry), true);
    ByName<bool> gone;
    for (const EntryName& name : change.gone) gone.add(name, true);
    // An entry whose own row is unchanged belongs only to that row.
    const auto may_continue = [&](const Entry& entry) {
        return regenerated.find(name_of(entry)) || !order.find(name_of(entry));
    };
    const Continuations continuations(present, change.fresh, change.retained.claims, may_continue);

    ManifestUpdate update;
    update.moved = continuations.moved(change.fresh);
    DocumentWriter writer(present, change.fresh, change.retained, continuations);
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
            places.place(present.entries[i], name.model_path, writer);
            continue;
        }
        writer.keep(present.entries[i],
                    position ? *position : std::numeric_limits<std::size_t>::max(), 0);
    }
    update.entry_count = writer.entry_count();
    update.text = writer.write();
    return update;
}

}  // namespace onnxhub
