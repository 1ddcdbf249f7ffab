// SPDX-License-Identifier: Apache-2.0
// YAML by the events of libyaml.
#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <utility>

#include "sources/document_builder.h"
#include "sources/document_formats.h"

namespace onnxhub {
namespace {

/// libyaml compares each directive with all others.
constexpr std::size_t directive_limit = 100;

constexpr const char* yaml_hint = "correct the line, see https://yaml.org";

[[noreturn]] void fail_yaml(int line, std::string message, std::string hint) {
    throw DocumentFailure{{line, std::move(message), std::move(hint)}};
}

int line_of(const yaml_mark_t& mark) {
    return static_cast<int>(mark.line) + 1;
}

void refuse_many_directives(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool starts_line = i == 0 || text[i - 1] == '\n' || text[i - 1] == '\r';
        if (text[i] != '%' || !starts_line || ++count <= directive_limit) continue;
        fail_yaml(0, fmt::format("has over {} lines that start with \"%\"", directive_limit),
                  "remove the directives");
    }
}

/// An event of the parser, which owns memory.
class YamlEvent {
public:
    YamlEvent() = default;
    ~YamlEvent() { yaml_event_delete(&event_); }
    YamlEvent(const YamlEvent&) = delete;
    YamlEvent& operator=(const YamlEvent&) = delete;

    yaml_event_t* operator->() { return &event_; }
    const yaml_event_t* operator->() const { return &event_; }
    yaml_event_t* get() { return &event_; }
    int line() const { return line_of(event_.start_mark); }

private:
    yaml_event_t event_{};
};

std::string_view view_of(const yaml_char_t* text, std::size_t size) {
    return {reinterpret_cast<const char*>(text), size};
}

std::string_view view_of(const yaml_char_t* text) {
    return text ? std::string_view(reinterpret_cast<const char*>(text)) : std::string_view();
}

/// YAML 1.2, 10.3.2: the core schema.
bool is_null_scalar(const YamlEvent& event) {
    const auto& scalar = event->data.scalar;
    if (scalar.style != YAML_PLAIN_SCALAR_STYLE || scalar.tag) return false;
    const std::string_view text = view_of(scalar.value, scalar.length);
    return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

/// Keys that paths need, as a tree. A node without children stands for a whole value.
struct WantedKeys {
    std::map<std::string, WantedKeys, std::less<>> children;
    bool is_whole = false;
};

WantedKeys wanted_keys(const std::vector<DocumentPath>& paths) {
    WantedKeys root;
    for (const DocumentPath& path : paths) {
        WantedKeys* keys = &root;
        for (const PathSegment& segment : path) keys = &keys->children[segment.key];
        keys->is_whole = true;
    }
    return root;
}

/// Thrown when an alias names a value that was left out.
struct LeftOutAnchor {};

class YamlReader {
public:
    /// `wanted` null: all.
    YamlReader(std::string_view text, const WantedKeys* wanted)
        : builder_(text.size(), DocumentBuilder::MergeKeys::resolved), next_wanted_(wanted) {
        if (!yaml_parser_initialize(&parser_)) throw std::bad_alloc();
        yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                     text.size());
    }
    ~YamlReader() { yaml_parser_delete(&parser_); }
    YamlReader(const YamlReader&) = delete;
    YamlReader& operator=(const YamlReader&) = delete;

    Document read() {
        bool has_document = false;
        while (true) {
            YamlEvent event;
            parse(event);
            if (event->type == YAML_STREAM_END_EVENT) return builder_.finish();
            if (event->type != YAML_DOCUMENT_START_EVENT) {
                take(event);
            } else if (std::exchange(has_document, true)) {
                fail_yaml(event.line(), "has more than one YAML document",
                          "put each into a file of its own");
            }
        }
    }

private:
    /// A list or mapping that has not ended.
    struct Open {
        DocumentBuilder::NodeIndex index = 0;
        std::string anchor;
        const WantedKeys* wanted = nullptr;  ///< of its members; null: all
        bool expects_key = false;            ///< always false for lists
        bool is_mapping = false;
    };

    void parse(YamlEvent& event) {
        if (yaml_parser_parse(&parser_, event.get())) return;
        if (parser_.error == YAML_MEMORY_ERROR) throw std::bad_alloc();
        const std::string problem = parser_.problem ? parser_.problem : "unknown error";
        if (parser_.error == YAML_READER_ERROR) {
            fail_yaml(line_of(parser_.mark), "is not YAML: " + problem, yaml_hint);
        }
        const yaml_mark_t& mark = parser_.problem_mark;
        fail_yaml(line_of(mark),
                  fmt::format("is not YAML at column {}: {}", mark.column + 1, problem), yaml_hint);
    }

    void take(const YamlEvent& event) {
        switch (event->type) {
            case YAML_SCALAR_EVENT:
                take_scalar(event);
                break;
            case YAML_ALIAS_EVENT:
                take_alias(event);
                break;
            case YAML_SEQUENCE_START_EVENT:
                begin(event, view_of(event->data.sequence_start.anchor), false);
                break;
            case YAML_MAPPING_START_EVENT:
                begin(event, view_of(event->data.mapping_start.anchor), true);
                break;
            case YAML_SEQUENCE_END_EVENT:
            case YAML_MAPPING_END_EVENT:
                end();
                break;
            default:
                break;
        }
    }

    bool is_key() const {
        return skipped_depth_ == 0 && !open_.empty() && open_.back().expects_key;
    }

    void take_scalar(const YamlEvent& event) {
        const auto& scalar = event->data.scalar;
        const std::string_view text = view_of(scalar.value, scalar.length);
        if (is_key()) {
            take_key(text, event.line());
        } else if (is_left_out()) {
            leave_out(view_of(scalar.anchor));
        } else {
            const auto index = is_null_scalar(event) ? builder_.null(event.line())
                                                     : builder_.scalar(text, event.line());
            remember(view_of(scalar.anchor), index);
            value_has_ended();
        }
    }

    void take_key(std::string_view key, int line) {
        Open& mapping = open_.back();
        mapping.expects_key = false;
        next_wanted_ = mapping.wanted;
        if (mapping.wanted && key != "<<") {
            const auto found = mapping.wanted->children.find(key);
            leaves_out_next_ = found == mapping.wanted->children.end();
            if (leaves_out_next_) return;
            next_wanted_ = found->second.is_whole ? nullptr : &found->second;
        }
        builder_.key(key, line);
    }

    void take_alias(const YamlEvent& event) {
        require_no_key(event);
        if (is_left_out()) {
            leave_out({});
            return;
        }
        const std::string_view anchor = view_of(event->data.alias.anchor);
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) {
            fail_yaml(event.line(),
                      fmt::format("has the alias \"*{}\" before its anchor ends", anchor),
                      "define the anchor first");
        }
        if (!found->second) throw LeftOutAnchor{};
        builder_.alias(*found->second, event.line());
        value_has_ended();
    }

    void begin(const YamlEvent& event, std::string_view anchor, bool is_mapping) {
        require_no_key(event);
        if (is_left_out()) {
            ++skipped_depth_;
            remember(anchor, std::nullopt);
            return;
        }
        const auto index =
            is_mapping ? builder_.begin_mapping(event.line()) : builder_.begin_list(event.line());
        open_.push_back({index, std::string(anchor), is_mapping ? next_wanted_ : nullptr,
                         is_mapping, is_mapping});
        next_wanted_ = nullptr;
    }

    void end() {
        if (skipped_depth_ > 0) {
            --skipped_depth_;
            if (skipped_depth_ == 0) leave_out({});
            return;
        }
        builder_.end();
        remember(open_.back().anchor, open_.back().index);
        open_.pop_back();
        value_has_ended();
    }

    void require_no_key(const YamlEvent& event) const {
        if (!is_key()) return;
        fail_yaml(event.line(), "has a key that is not a plain text", "write the key as text");
    }

    bool is_left_out() const { return leaves_out_next_ || skipped_depth_ > 0; }

    /// A value without an index is left out.
    void remember(std::string_view anchor, std::optional<DocumentBuilder::NodeIndex> index) {
        if (!anchor.empty()) anchors_.insert_or_assign(std::string(anchor), index);
    }

    /// After a value that is left out.
    void leave_out(std::string_view anchor) {
        remember(anchor, std::nullopt);
        if (skipped_depth_ > 0) return;
        leaves_out_next_ = false;
        value_has_ended();
    }

    void value_has_ended() {
        if (!open_.empty()) open_.back().expects_key = open_.back().is_mapping;
    }

    yaml_parser_t parser_{};
    DocumentBuilder builder_;
    std::vector<Open> open_;
    std::map<std::string, std::optional<DocumentBuilder::NodeIndex>, std::less<>> anchors_;
    const WantedKeys* next_wanted_;  ///< of the members of the next mapping
    bool leaves_out_next_ = false;
    std::size_t skipped_depth_ = 0;
};

}  // namespace

Document parse_yaml_document(std::string_view text, const std::vector<DocumentPath>* wanted) {
    refuse_many_directives(text);
    if (wanted) {
        const WantedKeys keys = wanted_keys(*wanted);
        try {
            return YamlReader(text, &keys).read();
        } catch (const LeftOutAnchor&) {
            // Read again below, with everything that aliases may name.
        }
    }
    return YamlReader(text, nullptr).read();
}

}  // namespace onnxhub
