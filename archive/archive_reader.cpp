// SPDX-License-Identifier: Apache-2.0
#include "archive/archive_reader.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <variant>

#include "archive/inflated_archive.h"
#include "archive/tar_reader.h"
#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

constexpr std::size_t block_size = 128 * 1024;  // bytes
constexpr std::size_t path_limit = 4096;        // bytes, as PATH_MAX of Linux
constexpr std::size_t problem_limit = 20;       // for each kind

/// Leaves the parsers when a limit of ArchiveLimits is reached.
struct LimitReached {
    std::string reason;
};

/// The path a member would be unpacked to, or why it must not be unpacked.
std::variant<std::string, UnsafePath> safe_member_path(std::string path) {
    if (path.size() > path_limit) return UnsafePath{"has a path of over 4,096 bytes"};
    while (path.starts_with("./")) path.erase(0, 2);
    if (path == "..") return UnsafePath{"has \"..\" in its path"};
    for (std::string_view rest = path; !rest.empty();) {
        const std::size_t slash = std::min(rest.find('/'), rest.size());
        if (rest.substr(0, slash) == "..") return UnsafePath{"has \"..\" in its path"};
        rest.remove_prefix(std::min(slash + 1, rest.size()));
    }
    auto clean = clean_hub_path("", path);
    if (const auto* unsafe = std::get_if<UnsafePath>(&clean)) {
        return UnsafePath{"has a path that " + unsafe->reason};
    }
    return clean;
}

/// Null for regular files and folders.
const char* kind_of_special_file(TarMember::Kind kind) {
    using Kind = TarMember::Kind;
    switch (kind) {
        case Kind::file:
        case Kind::folder:
            return nullptr;
        case Kind::hard_link:
            return "is a hard link";
        case Kind::symbolic_link:
            return "is a symbolic link";
        case Kind::device:
            return "is a device";
        case Kind::fifo:
            return "is a FIFO";
        case Kind::sparse:
            return "is a sparse file";
        case Kind::other:
            break;
    }
    return "is not a regular file";
}

class Walk {
public:
    Walk(const BlockReader& read, const ArchiveLimits& limits, ArchiveVisitor& visitor)
        : read_(read), limits_(limits), visitor_(visitor), block_(block_size) {}

    std::vector<ArchiveProblem> run() {
        try {
            InflatedArchive archive(read_);
            TarReader tar([&](std::span<std::byte> into) { return inflate(archive, into); });
            while (const auto member = tar.next()) {
                if (!take(*member, tar)) return std::move(problems_);
                file_.clear();
            }
            if (members_ == 0) report(Kind::unreadable, "", "has no members");
            // The padding and the checksum of the whole archive follow.
            while (inflate(archive, block_) > 0) {
            }
        } catch (const DamagedArchive& damage) {
            report(Kind::unreadable, file_, damage.what());
        } catch (const LimitReached& limit) {
            report(Kind::limit, "", limit.reason);
        }
        return std::move(problems_);
    }

private:
    /// Returns whether to continue.
    bool take(const TarMember& member, TarReader& tar) {
        if (++members_ > limits_.members) {
            throw LimitReached{"has over " + std::to_string(limits_.members) + " members"};
        }
        if (const char* special = kind_of_special_file(member.kind)) {
            report(Kind::unsafe, member.path, special);
            return member.kind != TarMember::Kind::sparse;
        }
        auto clean = safe_member_path(member.path);
        if (const auto* unsafe = std::get_if<UnsafePath>(&clean)) {
            report(Kind::unsafe, member.path, unsafe->reason);
            return true;
        }
        if (member.kind == TarMember::Kind::folder) return true;
        const std::string& target = std::get<std::string>(clean);
        if (target.empty() || !seen_.insert(target).second) {
            report(Kind::unsafe, member.path, target.empty() ? "has no name" : "occurs twice");
            return true;
        }
        read_file(target, tar);
        return true;
    }

    void read_file(const std::string& path, TarReader& tar) {
        file_ = path;
        visitor_.begin_file(path);
        for (;;) {
            const std::size_t count = tar.read(block_);
            if (count == 0) break;
            visitor_.data(std::span(block_).first(count));
        }
        visitor_.end_file();
    }

    std::size_t inflate(InflatedArchive& archive, std::span<std::byte> into) {
        const std::size_t count = archive.read(into);
        inflated_ += count;
        if (inflated_ > limits_.inflated_bytes) {
            throw LimitReached{"inflates to over " + std::to_string(limits_.inflated_bytes) +
                               " bytes"};
        }
        if (inflated_ > limits_.free_bytes && inflated_ / limits_.ratio > archive.packed_bytes()) {
            throw LimitReached{"inflates to over " + std::to_string(limits_.ratio) +
                               " times its size"};
        }
        return count;
    }

    using Kind = ArchiveProblem::Kind;

    void report(Kind kind, const std::string& member, std::string reason) {
        const auto same = std::ranges::count(problems_, kind, &ArchiveProblem::kind);
        if (static_cast<std::size_t>(same) >= problem_limit) return;
        problems_.push_back({kind, without_nul(member), std::move(reason)});
    }

    /// Removes NULs, which would end a message.
    static std::string without_nul(const std::string& text) {
        std::string shown;
        for (const char c : text) {
            c == '\0' ? shown += "\\0" : shown += c;
        }
        return shown;
    }

    const BlockReader& read_;
    const ArchiveLimits& limits_;
    ArchiveVisitor& visitor_;
    std::vector<std::byte> block_;
    std::string file_;  ///< the current file; "" between files
    std::size_t members_ = 0;
    std::uint64_t inflated_ = 0;
    std::unordered_set<std::string> seen_;
    std::vector<ArchiveProblem> problems_;
};

}  // namespace

std::vector<ArchiveProblem> walk_archive(const BlockReader& read, const ArchiveLimits& limits,
                                         ArchiveVisitor& visitor) {
    return Walk(read, limits, visitor).run();
}

}  // namespace onnxhub
