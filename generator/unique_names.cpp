// SPDX-License-Identifier: Apache-2.0
#include "generator/unique_names.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/ascii.h"

namespace onnxhub {
namespace {

/// Longer parts of a path are no help to a reader; the whole path follows instead.
constexpr std::size_t path_run_limit = 8;  // segments

std::string with_addition(const std::string& name, std::string_view addition) {
    return name + " (" + std::string(addition) + ")";
}

/// The name with its first `level` distinguishing texts.
std::string name_at(const NamedModel& model, std::size_t level) {
    std::string name = model.wanted.model;
    for (std::size_t i = 0; i < std::min(level, model.distinguish.size()); ++i) {
        name = with_addition(name, model.distinguish[i]);
    }
    return name;
}

/// The segments of a path, without the suffix of the file name.
std::vector<std::string_view> segments_of(std::string_view path) {
    const std::size_t dot = path.rfind('.');
    if (dot != path.npos && path.find('/', dot) == path.npos) path = path.substr(0, dot);
    std::vector<std::string_view> segments;
    while (true) {
        const std::size_t slash = path.find('/');
        segments.push_back(path.substr(0, slash));
        if (slash == path.npos) return segments;
        path.remove_prefix(slash + 1);
    }
}

/// All parts of a path: runs of neighbouring segments, short ones first.
std::vector<std::string_view> runs_of(std::string_view path) {
    const std::vector<std::string_view> segments = segments_of(path);
    std::vector<std::string_view> runs;
    for (std::size_t length = 1; length <= std::min(path_run_limit, segments.size()); ++length) {
        for (std::size_t first = 0; first + length <= segments.size(); ++first) {
            const std::string_view last = segments[first + length - 1];
            const char* begin = segments[first].data();
            runs.emplace_back(begin, static_cast<std::size_t>(last.data() + last.size() - begin));
        }
    }
    return runs;
}

/// For each path, the shortest part that no other path has; the whole path if there is none.
std::vector<std::string> distinct_parts(const std::vector<std::string_view>& paths) {
    std::unordered_map<std::string_view, std::size_t> owners;  // run → number of paths with it
    for (const std::string_view path : paths) {
        std::unordered_set<std::string_view> seen;
        for (const std::string_view run : runs_of(path)) {
            if (seen.insert(run).second) ++owners[run];
        }
    }
    std::vector<std::string> parts;
    parts.reserve(paths.size());
    for (const std::string_view path : paths) {
        const auto runs = runs_of(path);
        const auto found =
            std::ranges::find_if(runs, [&](std::string_view run) { return owners[run] == 1; });
        parts.emplace_back(found == runs.end() ? path : *found);
    }
    return parts;
}

/// The names in use, and how each is spelled.
class UsedNames {
public:
    bool is_free(const std::string& name, std::int64_t opset) const {
        const auto found = used_.find(lower_case(name));
        return found == used_.end() ||
               (found->second.spelling == name && !found->second.opsets.contains(opset));
    }

    void use(const std::string& name, std::int64_t opset) {
        Use& use = used_[lower_case(name)];
        if (use.opsets.empty()) use.spelling = name;
        use.opsets.insert(opset);
    }

private:
    struct Use {
        std::string spelling;
        std::set<std::int64_t> opsets;
    };
    std::unordered_map<std::string, Use> used_;
};

using Positions = std::vector<std::size_t>;

class NameChooser {
public:
    NameChooser(const std::vector<NamedModel>& models, const std::vector<EntryName>& present,
                const std::vector<EntryName>& taken)
        : models_(models), names_(models.size()) {
        for (const EntryName& name : taken) used_.use(name.model, name.opset_version);
        keep_fixed();
        keep_present(present);
        follow_siblings();
        Positions open;
        for (std::size_t i = 0; i < models_.size(); ++i) {
            if (!names_[i]) open.push_back(i);
        }
        std::ranges::stable_sort(open, {}, [&](std::size_t i) { return models_[i].source; });
        for (auto first = open.begin(); first != open.end();) {
            const std::size_t source = models_[*first].source;
            const auto last = std::find_if(
                first, open.end(), [&](std::size_t i) { return models_[i].source != source; });
            resolve(Positions(first, last), 0);
            first = last;
        }
    }

    UniqueNames take() {
        UniqueNames result;
        for (std::optional<std::string>& name : names_) result.names.push_back(std::move(*name));
        std::ranges::sort(distinguished_);
        result.distinguished = std::move(distinguished_);
        return result;
    }

private:
    const std::string& wanted(std::size_t i) const { return models_[i].wanted.model; }
    std::int64_t opset(std::size_t i) const { return models_[i].wanted.opset_version; }

    void assign(std::size_t i, std::string name) {
        used_.use(name, opset(i));
        names_[i] = std::move(name);
    }

    void assign_new(std::size_t i, std::string name) {
        if (name != wanted(i)) distinguished_.push_back(i);
        assign(i, std::move(name));
    }

    void keep_fixed() {
        for (std::size_t i = 0; i < models_.size(); ++i) {
            if (models_[i].is_fixed) assign(i, wanted(i));
        }
    }

    /// Whether a name is the wanted one, perhaps with additions.
    bool is_form_of(std::size_t i, const std::string& name) const {
        if (name == wanted(i)) return true;
        return name.starts_with(wanted(i) + " (") && name.ends_with(')');
    }

    void keep_present(const std::vector<EntryName>& present) {
        std::unordered_map<std::string_view, std::vector<const EntryName*>> by_path;
        for (const EntryName& entry : present) by_path[entry.model_path].push_back(&entry);
        for (std::size_t i = 0; i < models_.size(); ++i) {
            if (names_[i]) continue;
            const auto found = by_path.find(models_[i].wanted.model_path);
            if (found == by_path.end()) continue;
            const auto entry = std::ranges::find_if(found->second, [&](const EntryName* one) {
                return is_form_of(i, one->model) && used_.is_free(one->model, opset(i));
            });
            if (entry != found->second.end()) assign(i, (*entry)->model);
        }
    }

    /// Models of one origin at other opsets have the same first distinguishing text.
    using Origin = std::tuple<std::size_t, std::string, std::string>;

    Origin origin_of(std::size_t i) const {
        const NamedModel& model = models_[i];
        return {model.source, lower_case(model.wanted.model),
                model.distinguish.empty() ? "" : model.distinguish.front()};
    }

    /// A new opset of a model gets a name like those of its other opsets.
    void follow_siblings() {
        std::map<Origin, std::size_t> levels;
        for (std::size_t i = 0; i < models_.size(); ++i) {
            if (!names_[i] || models_[i].is_fixed) continue;
            for (std::size_t level = 0; level <= models_[i].distinguish.size(); ++level) {
                if (name_at(models_[i], level) == *names_[i]) {
                    levels.emplace(origin_of(i), level);
                    break;
                }
            }
        }
        if (levels.empty()) return;
        for (std::size_t i = 0; i < models_.size(); ++i) {
            if (names_[i]) continue;
            const auto level = levels.find(origin_of(i));
            if (level == levels.end()) continue;
            std::string name = name_at(models_[i], level->second);
            if (used_.is_free(name, opset(i))) assign_new(i, std::move(name));
        }
    }

    /// Names a group of models of one source: those whose names are unique at this level, and the
    /// others at the next.
    void resolve(const Positions& group, std::size_t level) {
        std::map<std::string, std::size_t> index;  // name without case → position in `subgroups`
        std::vector<Positions> subgroups;
        for (const std::size_t i : group) {
            const auto [place, is_new] =
                index.try_emplace(lower_case(name_at(models_[i], level)), subgroups.size());
            if (is_new) subgroups.emplace_back();
            subgroups[place->second].push_back(i);
        }
        for (const Positions& subgroup : subgroups) {
            if (!collides(subgroup, level)) {
                for (const std::size_t i : subgroup) assign_new(i, name_at(models_[i], level));
            } else if (has_more(subgroup, level)) {
                resolve(subgroup, level + 1);
            } else {
                add_paths(subgroup);
            }
        }
    }

    bool collides(const Positions& group, std::size_t level) const {
        std::set<std::int64_t> opsets;
        const std::string spelling = name_at(models_[group.front()], level);
        return std::ranges::any_of(group, [&](std::size_t i) {
            const std::string name = name_at(models_[i], level);
            return name != spelling || !opsets.insert(opset(i)).second ||
                   !used_.is_free(name, opset(i));
        });
    }

    bool has_more(const Positions& group, std::size_t level) const {
        return std::ranges::any_of(
            group, [&](std::size_t i) { return models_[i].distinguish.size() > level; });
    }

    void add_paths(const Positions& group) {
        std::vector<std::string_view> paths;
        for (const std::size_t i : group) paths.emplace_back(models_[i].wanted.model_path);
        const std::vector<std::string> parts = distinct_parts(paths);
        for (std::size_t k = 0; k < group.size(); ++k) {
            const NamedModel& model = models_[group[k]];
            std::string name = with_addition(name_at(model, model.distinguish.size()), parts[k]);
            if (!used_.is_free(name, opset(group[k]))) {
                name = with_addition(name, model.wanted.model_path);
            }
            for (int copy = 2; !used_.is_free(name, opset(group[k])); ++copy) {
                name = with_addition(name, std::to_string(copy));
            }
            assign_new(group[k], std::move(name));
        }
    }

    const std::vector<NamedModel>& models_;
    std::vector<std::optional<std::string>> names_;
    std::vector<std::size_t> distinguished_;
    UsedNames used_;
};

}  // namespace

UniqueNames unique_names(const std::vector<NamedModel>& models,
                         const std::vector<EntryName>& present,
                         const std::vector<EntryName>& taken) {
    return NameChooser(models, present, taken).take();
}

}  // namespace onnxhub
