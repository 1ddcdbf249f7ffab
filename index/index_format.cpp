// SPDX-License-Identifier: Apache-2.0
#include "index/index_format.h"

#include <limits>
#include <utility>

#include "manifest/json_members.h"
#include "manifest/json_text_writer.h"

namespace onnxhub {
namespace {

constexpr JsonStyle compact{.indent = 0, .is_ascii = false, .depth = 0};
constexpr std::int64_t any_number = std::numeric_limits<std::int64_t>::max();
/// Of a page or a leaf of terms; their bytes are bounded as well.
constexpr std::size_t list_limit = 100'000;
constexpr std::size_t children_limit = 10'000;

void write_ref(JsonTextWriter& json, const IndexRef& ref) {
    json.string(to_hex(ref.digest));
    json.unsigned_integer(ref.bytes);
}

void write_tree(JsonTextWriter& json, const IndexTree& tree) {
    json.begin_object();
    json.key("level");
    json.unsigned_integer(tree.level);
    json.key("children");
    json.begin_array();
    for (const IndexChild& child : tree.children) {
        json.begin_array();
        json.string(child.from);
        write_ref(json, child.file);
        json.end_array();
    }
    json.end_array();
    json.end_object();
}

void write_posting(JsonTextWriter& json, const IndexPosting& posting) {
    json.begin_array();
    json.unsigned_integer(posting.rank);
    json.string(posting.model);
    json.integer(posting.opset);
    json.string(posting.onnx_version);
    if (posting.bytes) {
        json.unsigned_integer(*posting.bytes);
    } else {
        json.null();
    }
    json.string(posting.path);
    json.begin_array();
    for (const std::string& tag : posting.tags) json.string(tag);
    json.end_array();
    json.end_array();
}

void write_term(JsonTextWriter& json, const IndexTerm& term) {
    json.begin_object();
    json.key("term");
    json.string(term.term);
    json.key("count");
    json.unsigned_integer(term.count);
    if (term.pages) {
        json.key("pages");
        write_tree(json, *term.pages);
    } else {
        json.key("models");
        json.begin_array();
        for (const IndexPosting& posting : term.postings) write_posting(json, posting);
        json.end_array();
    }
    json.end_object();
}

[[noreturn]] void unexpected(const std::string& reason) {
    throw UnexpectedJson(reason);
}

std::uint64_t read_count(const JsonValue& value) {
    const auto number = value.integer();
    if (!number || *number < 0) unexpected("a number is not valid");
    return static_cast<std::uint64_t>(*number);
}

const std::string& read_text(const JsonValue& value) {
    const std::string* text = value.string();
    if (!text) unexpected("a text is missing");
    return *text;
}

IndexRef read_ref(const JsonValue& digest, const JsonValue& bytes) {
    const auto sha = parse_sha256(read_text(digest));
    if (!sha) unexpected("a digest is not valid");
    return {*sha, read_count(bytes)};
}

/// An array with at least `count` items.
const JsonArray& read_items(const JsonValue& value, std::size_t count) {
    const JsonArray* items = value.array();
    if (!items || items->size() < count) unexpected("a list is not valid");
    return *items;
}

IndexTree read_tree(const JsonValue& value) {
    IndexTree tree;
    tree.level =
        static_cast<unsigned>(number_member(value, "level", std::int64_t{index_level_limit} - 1));
    for (const JsonValue& child : array_member(value, "children", children_limit)) {
        const JsonArray& items = read_items(child, 3);
        const std::string& from = read_text(items[0]);
        if (!tree.children.empty() && from < tree.children.back().from) {
            unexpected("children are not sorted");
        }
        tree.children.push_back({from, read_ref(items[1], items[2])});
    }
    return tree;
}

IndexPosting read_posting(const JsonValue& value) {
    const JsonArray& items = read_items(value, 7);
    IndexPosting posting;
    posting.rank = static_cast<unsigned>(read_count(items[0]));
    posting.model = read_text(items[1]);
    posting.opset = static_cast<std::int64_t>(read_count(items[2]));
    posting.onnx_version = read_text(items[3]);
    if (!std::holds_alternative<std::nullptr_t>(items[4].data)) {
        posting.bytes = read_count(items[4]);
    }
    posting.path = read_text(items[5]);
    for (const JsonValue& tag : read_items(items[6], 0)) posting.tags.push_back(read_text(tag));
    return posting;
}

IndexTerm read_term(const JsonValue& value) {
    IndexTerm term;
    term.term = text_member(value, "term");
    term.count = static_cast<std::uint64_t>(number_member(value, "count", any_number));
    if (const JsonValue* pages = value.find("pages")) {
        term.pages = read_tree(*pages);
        return term;
    }
    for (const JsonValue& posting : array_member(value, "models", list_limit)) {
        term.postings.push_back(read_posting(posting));
    }
    return term;
}

IndexRoot read_root(const JsonValue& value) {
    if (number_member(value, "format", any_number) != index_format_version) {
        unexpected("its format is of another version of onnxhub");
    }
    IndexRoot root;
    root.entries = static_cast<std::uint64_t>(number_member(value, "entries", any_number));
    const JsonValue& manifest = json_member(value, "manifest");
    root.manifest = read_ref(json_member(manifest, "sha256"), json_member(manifest, "bytes"));
    root.models = read_tree(json_member(value, "models"));
    root.terms = read_tree(json_member(value, "terms"));
    return root;
}

const JsonArray& read_list(const JsonValue& value) {
    const JsonArray& items = read_items(value, 0);
    if (items.size() > list_limit) unexpected("a list is too long");
    return items;
}

/// Reads a document with `read`, which may throw UnexpectedJson.
template <class Value>
std::variant<Value, BadIndex> read_document(std::string_view text, const auto& read) {
    auto parsed = parse_json(text);
    if (const auto* error = std::get_if<JsonSyntaxError>(&parsed)) return BadIndex{error->message};
    try {
        return Value(read(std::get<JsonDocument>(parsed).root));
    } catch (const UnexpectedJson& error) {
        return BadIndex{error.what()};
    }
}

}  // namespace

std::string index_path(const Sha256& digest) {
    const std::string hex = to_hex(digest);
    return "index/" + hex.substr(0, 2) + "/" + hex + ".json";
}

std::string index_text(const IndexRoot& root) {
    std::string text;
    JsonTextWriter json(text, compact);
    json.begin_object();
    json.key("format");
    json.integer(index_format_version);
    json.key("entries");
    json.unsigned_integer(root.entries);
    json.key("manifest");
    json.begin_object();
    json.key("sha256");
    json.string(to_hex(root.manifest.digest));
    json.key("bytes");
    json.unsigned_integer(root.manifest.bytes);
    json.end_object();
    json.key("models");
    write_tree(json, root.models);
    json.key("terms");
    write_tree(json, root.terms);
    json.end_object();
    return text;
}

std::string index_text(const IndexTree& tree) {
    std::string text;
    JsonTextWriter json(text, compact);
    write_tree(json, tree);
    return text;
}

std::string index_text(const IndexTerm& term) {
    std::string text;
    JsonTextWriter json(text, compact);
    write_term(json, term);
    return text;
}

std::string index_text(const IndexPosting& posting) {
    std::string text;
    JsonTextWriter json(text, compact);
    write_posting(json, posting);
    return text;
}

std::string index_page(const std::vector<std::string>& texts) {
    std::string text = "[";
    for (const std::string& item : texts) {
        if (text.size() > 1) text += ',';
        text += item;
    }
    return text + "]";
}

std::variant<IndexRoot, BadIndex> parse_index_root(std::string_view text) {
    return read_document<IndexRoot>(text, read_root);
}

std::variant<IndexTree, BadIndex> parse_index_tree(std::string_view text) {
    return read_document<IndexTree>(text, read_tree);
}

std::variant<std::vector<IndexTerm>, BadIndex> parse_index_terms(std::string_view text) {
    using Terms = std::vector<IndexTerm>;
    return read_document<Terms>(text, [](const JsonValue& value) {
        Terms terms;
        for (const JsonValue& term : read_list(value)) terms.push_back(read_term(term));
        return terms;
    });
}

std::variant<std::vector<IndexPosting>, BadIndex> parse_index_page(std::string_view text) {
    using Postings = std::vector<IndexPosting>;
    return read_document<Postings>(text, [](const JsonValue& value) {
        Postings postings;
        for (const JsonValue& posting : read_list(value)) {
            postings.push_back(read_posting(posting));
        }
        return postings;
    });
}

}  // namespace onnxhub
