// SPDX-License-Identifier: Apache-2.0
#include "repository/foreign_pointer.h"

#include "repository/annex_key.h"

namespace onnxhub {
namespace {

constexpr std::string_view annex_pointer_start = "/annex/objects/";
constexpr std::string_view annex_folder = ".git/annex/objects/";
constexpr std::string_view dvc_cache = ".dvc/cache/";

ForeignPointer pointer_of(std::string_view tool, std::string_view what,
                          const std::string& command) {
    return {"is a " + std::string(tool) + " " + std::string(what) + ", its content is not in git",
            "get the content with `" + command + "`, and commit it with Git LFS"};
}

/// `has_facts`: the key has SHA-256 and size, so a model needs no more.
ForeignPointer of_annex(std::string_view what, bool has_facts) {
    if (has_facts) return pointer_of("git-annex", what, "git annex get");
    return {"is a git-annex " + std::string(what) + " whose key has no SHA-256 or no size",
            "run `git annex get`, then `git annex migrate --backend=SHA256E`, and commit"};
}

std::string_view first_line(std::string_view text) {
    std::string_view line = text.substr(0, text.find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

/// On systems without symbolic links, git writes their targets to plain files.
bool is_annex_target(std::string_view line) {
    while (line.starts_with("../")) line.remove_prefix(3);
    return line.starts_with(annex_folder);
}

/// A .dvc file is YAML: outputs with their hashes. The first version of the format has a hash of
/// all outputs before them.
bool is_dvc_file(std::string_view content) {
    const std::string_view line = first_line(content);
    if (line == "outs:") {
        return content.find("md5:") != content.npos || content.find("etag:") != content.npos ||
               content.find("hash:") != content.npos;
    }
    return line.starts_with("md5: ") && content.find("\nouts:") != content.npos;
}

}  // namespace

std::optional<ForeignPointer> find_foreign_pointer(std::string_view content) {
    if (content.starts_with("# xet version ")) {
        return pointer_of("git-xet", "pointer", "git xet checkout");
    }
    const bool has_facts = annex_key_of_pointer(content).has_value();
    if (content.starts_with(annex_pointer_start)) return of_annex("pointer", has_facts);
    if (is_annex_target(first_line(content))) {
        return of_annex("link, written as a plain file", has_facts);
    }
    if (is_dvc_file(content)) return pointer_of("DVC", "file", "dvc pull");
    return std::nullopt;
}

std::optional<ForeignPointer> find_foreign_link(std::string_view target) {
    if (target.find(annex_folder) != target.npos) {
        return of_annex("link", annex_key_of_link(target).has_value());
    }
    if (target.find(dvc_cache) != target.npos) return pointer_of("DVC", "link", "dvc pull");
    return std::nullopt;
}

std::string dvc_file_of(const std::string& path) {
    return path + ".dvc";
}

ForeignPointer kept_by_dvc(const std::string& path) {
    return {"is stored by DVC; git has only " + dvc_file_of(path),
            "get the content with `dvc pull`, and commit it with Git LFS"};
}

}  // namespace onnxhub
