// SPDX-License-Identifier: Apache-2.0
#include "base/glob.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/utf8.h"

namespace onnxhub {
namespace {

using Text = std::u32string;

/// Characters, so that "?" takes "é" as one. Bytes that are not UTF-8 stand for themselves, above
/// all characters there are.
Text decode(std::string_view bytes) {
    Text text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        char32_t c = 0;
        std::size_t length = decode_utf8(bytes, c);
        if (length == 0) {
            c = 0x110000 + static_cast<unsigned char>(bytes[0]);
            length = 1;
        }
        text += c;
        bytes.remove_prefix(length);
    }
    return text;
}

struct Range {
    char32_t first;
    char32_t last;
};

/// One step of a pattern: takes a character of the path and may stay for the next one.
struct Step {
    enum class Kind {
        literal,    ///< this character
        any,        ///< "?"
        character,  ///< "[a-z]", or "[!a-z]" when negated
        run,        ///< "*": any number within a segment
        folders,    ///< "**/": any number of whole segments
        all_below,  ///< "/**" at the end, less the slash: the rest, and there must be some
    };
    Kind kind;
    char32_t literal = 0;
    std::vector<Range> ranges = {};
    bool negated = false;

    bool is_skippable() const { return kind == Kind::run || kind == Kind::folders; }

    bool takes(char32_t c) const {
        switch (kind) {
            case Kind::literal:
                return c == literal;
            case Kind::any:
                return c != U'/';
            case Kind::character:
                return c != U'/' && in_ranges(c) != negated;
            default:
                return false;
        }
    }

    bool stays(char32_t c) const {
        switch (kind) {
            case Kind::run:
                return c != U'/';
            case Kind::folders:
            case Kind::all_below:
                return true;
            default:
                return false;
        }
    }

    bool moves_on(char32_t c) const {
        return takes(c) || (kind == Kind::folders && c == U'/') || kind == Kind::all_below;
    }

private:
    bool in_ranges(char32_t c) const {
        for (const Range& range : ranges) {
            if (c >= range.first && c <= range.last) return true;
        }
        return false;
    }
};

/// Reads the class that opens at `start`. Gives where it ends, or `start` when it never does: then
/// the bracket is a character like any other.
std::size_t parse_class(const Text& pattern, std::size_t start, Step& step) {
    std::size_t i = start + 1;
    step.kind = Step::Kind::character;
    if (i < pattern.size() && (pattern[i] == U'!' || pattern[i] == U'^')) {
        step.negated = true;
        ++i;
    }
    const auto take = [&] {
        if (pattern[i] == U'\\' && i + 1 < pattern.size()) ++i;
        return pattern[i++];
    };
    // A "]" that comes first is a member of the class.
    for (bool is_first = true; i < pattern.size(); is_first = false) {
        if (pattern[i] == U']' && !is_first) return i + 1;
        const char32_t first = take();
        const bool is_range =
            i + 1 < pattern.size() && pattern[i] == U'-' && pattern[i + 1] != U']';
        if (is_range) ++i;
        step.ranges.push_back({first, is_range ? take() : first});
    }
    return start;
}

std::vector<Step> parse_steps(const Text& pattern) {
    std::vector<Step> steps;
    for (std::size_t i = 0; i < pattern.size();) {
        const bool starts_segment = i == 0 || pattern[i - 1] == U'/';
        if (starts_segment && pattern.compare(i, 3, U"**/") == 0) {
            steps.push_back({Step::Kind::folders});
            i += 3;
        } else if (i > 0 && starts_segment && pattern.compare(i, 3, U"**") == 0) {
            steps.push_back({Step::Kind::all_below});
            i += 2;
        } else if (pattern[i] == U'*') {
            while (i < pattern.size() && pattern[i] == U'*') ++i;
            steps.push_back({Step::Kind::run});
        } else if (pattern[i] == U'?') {
            steps.push_back({Step::Kind::any});
            ++i;
        } else {
            Step step{Step::Kind::literal};
            std::size_t end = pattern[i] == U'[' ? parse_class(pattern, i, step) : i;
            if (end == i) {
                if (pattern[i] == U'\\' && i + 1 < pattern.size()) ++i;
                step = {Step::Kind::literal, pattern[i]};
                end = i + 1;
            }
            steps.push_back(std::move(step));
            i = end;
        }
    }
    return steps;
}

/// Steps the match may be at, all followed at the same time: no pattern makes it go back.
class Positions {
public:
    explicit Positions(const std::vector<Step>& steps) : steps_(steps), at_(steps.size() + 1) {}

    void enter(std::size_t step) {
        while (!at_[step]) {
            at_[step] = true;
            if (step == steps_.size() || !steps_[step].is_skippable()) return;
            ++step;
        }
    }

    void advance(char32_t c, Positions& next) const {
        next.at_.assign(at_.size(), false);
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            if (!at_[i]) continue;
            // A folder step that stays is inside a segment: what follows can't start here.
            if (steps_[i].stays(c)) {
                if (steps_[i].kind == Step::Kind::folders) {
                    next.at_[i] = true;
                } else {
                    next.enter(i);
                }
            }
            if (steps_[i].moves_on(c)) next.enter(i + 1);
        }
    }

    bool at_end() const { return at_.back(); }

    friend void swap(Positions& a, Positions& b) { a.at_.swap(b.at_); }  // of the same steps

private:
    const std::vector<Step>& steps_;
    std::vector<bool> at_;
};

/// Whether `steps` match all of `text`, or, if `folders_above` too, a folder it is in.
bool match(const std::vector<Step>& steps, const Text& text, bool folders_above,
           bool folders_only) {
    Positions now(steps);
    Positions next(steps);
    now.enter(0);
    for (const char32_t c : text) {
        if (folders_above && c == U'/' && now.at_end()) return true;
        now.advance(c, next);
        swap(now, next);
    }
    return now.at_end() && !folders_only;
}

/// The text at the end of the pattern without wildcards, and without the '/' of "**/", of folders
/// and of the root.
std::string literal_tail(std::string_view pattern) {
    const std::size_t special = pattern.find_last_of("*?[]\\");
    if (special != pattern.npos) pattern.remove_prefix(special + 1);
    return std::string(trimmed(pattern, "/"));
}

}  // namespace

struct Glob::Parsed {
    Extent extent = Extent::usual;
    bool matches_nothing = false;
    bool folders_only = false;
    std::vector<Step> steps;
    std::string tail;  ///< text that every match contains
};

Glob::Glob(std::string_view pattern, Extent extent) {
    auto parsed = std::make_shared<Parsed>();
    parsed->extent = extent;
    parsed->tail = literal_tail(pattern);
    if (extent == Extent::exact) {
        parsed->steps = parse_steps(decode(pattern));
    } else {
        parsed->folders_only = pattern.ends_with('/');
        while (pattern.ends_with('/')) pattern.remove_suffix(1);
        parsed->matches_nothing = pattern.empty();
        const bool is_anchored = pattern.find('/') != pattern.npos;
        if (pattern.starts_with('/')) pattern.remove_prefix(1);
        parsed->steps = parse_steps(is_anchored ? decode(pattern) : U"**/" + decode(pattern));
    }
    parsed_ = std::move(parsed);
}

bool Glob::matches(std::string_view path) const {
    // Most paths fail here, which is much faster.
    if (parsed_->matches_nothing || path.find(parsed_->tail) == path.npos) return false;
    return match(parsed_->steps, decode(path), parsed_->extent == Extent::usual,
                 parsed_->folders_only);
}

bool glob_matches(std::string_view pattern, std::string_view path) {
    return Glob(pattern).matches(path);
}

bool glob_matches_exactly(std::string_view pattern, std::string_view path) {
    return Glob(pattern, Glob::Extent::exact).matches(path);
}

}  // namespace onnxhub
