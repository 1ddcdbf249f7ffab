// SPDX-License-Identifier: Apache-2.0
#include "validator/change_scope.h"
#include "validator/source_lines.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "base/user_error.h"
#include "generator/content_facts.h"

namespace onnxhub {
namespace {

bool differs(const Tree& base, const Tree& now, const std::string& path) {
    const auto old_stat = base.stat(path);
    const auto new_stat = now.stat(path);
    if (!old_stat || !new_stat) return old_stat.has_value() != new_stat.has_value();
    if (old_stat->kind != new_stat->kind) return true;
    if (old_stat->kind == FileKind::symlink) return base.read_link(path) != now.read_link(path);
    if (old_stat->kind != FileKind::regular) return false;
    return !have_same_content(base, path, now, path);
}

std::unordered_set<std::string> lines_in(const std::string& text) {
    std::unordered_set<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        lines.insert(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

std::unordered_set<std::string> entry_texts(const ManifestText& manifest) {
    std::unordered_set<std::string> texts;
    if (!manifest.text) return texts;
    const ManifestResult parsed = parse_manifest(*manifest.text);
    if (const auto* document = std::get_if<ManifestDocument>(&parsed)) {
        for (const ManifestEntry& entry : document->entries) texts.insert(entry.text.copy());
    }
    return texts;
}

}  // namespace

bool has_changed(const Tree& base, const Tree& now, const std::string& path) {
    try {
        return !safe_path(path) || differs(base, now, path);
    } catch (const UserError&) {
        return true;
    }
}

ChangeScope::ChangeScope(const Tree& base, const ManifestText& base_manifest, const HubState& now)
    : base_(base), now_(now), manifest_changed_(base_manifest.text != now.manifest.text) {
    if (!manifest_changed_ || !now.document()) return;
    const auto before = entry_texts(base_manifest);
    for (const ManifestEntry& entry : now.document()->entries) {
        const int first = entry.line;
        entry_ends_[first] = first + static_cast<int>(std::ranges::count(entry.text.view(), '\n'));
        if (!before.contains(entry.text.copy())) touched_entries_.push_back(first);
    }
}

bool ChangeScope::touches(const Finding& finding) {
    if (!finding.about.empty() && is_changed(finding.about)) return true;
    if (finding.file == now_.manifest.file) return touches_manifest(finding);
    if (finding.file.empty()) return true;
    const FileChange& change = change_of(finding.file);
    if (!change.is_changed || finding.line == 0) return change.is_changed;
    return !change.base_lines.contains(finding.source_line);
}

bool ChangeScope::touches_manifest(const Finding& finding) const {
    if (!manifest_changed_) return false;
    auto entry = entry_ends_.upper_bound(finding.line);
    if (entry == entry_ends_.begin()) return true;
    --entry;
    if (finding.line > entry->second) return true;  // after an entry, but in none
    return std::ranges::binary_search(touched_entries_, entry->first);
}

bool ChangeScope::is_changed(const std::string& file) {
    const auto [found, is_new] = changed_files_.try_emplace(file, true);
    if (is_new) found->second = has_changed(base_, now_.tree, file);
    return found->second;
}

const ChangeScope::FileChange& ChangeScope::change_of(const std::string& file) {
    const auto [found, is_new] = changes_.try_emplace(file);
    if (is_new) {
        found->second.is_changed = is_changed(file);
        if (found->second.is_changed && safe_path(file)) {
            found->second.base_lines = lines_in(readable_text(base_, file).value_or(""));
        }
    }
    return found->second;
}

std::vector<Finding> findings_of_change(std::vector<Finding> findings, ChangeScope& scope,
                                        const std::vector<Finding>& base_findings) {
    const std::vector<std::string> now = message_fingerprints(findings);
    std::set<std::string> before;
    for (std::string& print : message_fingerprints(base_findings)) {
        before.insert(std::move(print));
    }
    std::vector<Finding> kept;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        if (!before.contains(now[i]) || scope.touches(findings[i])) {
            kept.push_back(std::move(findings[i]));
        }
    }
    return kept;
}

}  // namespace onnxhub
