// SPDX-License-Identifier: Apache-2.0
#include "manifest/entry.h"

#include <charconv>
#include <cstddef>
#include <limits>
#include <string_view>
#include <utility>

#include "manifest/entry_keys.h"
#include "manifest/json_text_writer.h"

namespace onnxhub {
namespace {

/// A value with its location, which messages show as "io_ports.inputs[2].shape". The text is made
/// only for messages, since an entry may have a million fields.
struct Field {
    const JsonValue* json = nullptr;
    const Field* parent = nullptr;  ///< null: the entry, or an object whose name messages omit
    std::string_view key = {};      ///< set for a member of an object
    std::size_t index = 0;          ///< set for an item of an array

    std::string path() const {
        if (!parent) return {};
        const std::string before = parent->path();
        if (key.empty()) return before + "[" + std::to_string(index) + "]";
        return before.empty() ? std::string(key) : before + "." + std::string(key);
    }
};

/// Reads the fields of one entry. Only the first problem is kept; the values read after it are not
/// used.
class EntryReader {
public:
    std::variant<Entry, EntryProblem> read(const JsonValue& json) {
        Entry entry;
        if (!json.object()) {
            return EntryProblem{json.line,
                                "the entry is " + std::string(json_type(json)) + ", not an object"};
        }
        const Field root{&json};
        entry.model = name(required(root, key::model));
        entry.model_path = text(required(root, key::model_path));
        entry.onnx_version = text(required(root, key::onnx_version));
        entry.opset_version = opset(required(root, key::opset_version));
        if (const Field metadata = required(root, key::metadata); is_object(metadata)) {
            read_metadata({metadata.json}, entry);  // messages name its keys without a prefix
        }
        if (problem_) return std::move(*problem_);
        return entry;
    }

private:
    void read_metadata(const Field& metadata, Entry& entry) {
        entry.content = content(metadata, key::model_sha, key::model_bytes);
        const Field tags = optional(metadata, key::tags);
        read_items(tags, entry.tags, [&](const Field& tag) { return text(tag); });
        if (const Field ports = optional(metadata, key::io_ports); is_object(ports)) {
            entry.io_ports = IoPorts{port_list(required(ports, key::inputs)),
                                     port_list(required(ports, key::outputs))};
        }
        if (const Field ports = optional(metadata, key::extra_ports); is_object(ports)) {
            if (const Field list = optional(ports, key::features); list.json) {
                entry.extra_ports = feature_list(list);
            }
        }
        if (const Field path = optional(metadata, key::archive_path); path.json) {
            entry.archive_path = text(path);
        }
        entry.archive = content(metadata, key::archive_sha, key::archive_bytes);
        // Clients need both keys.
        if (entry.archive_path && !entry.archive->sha) required(metadata, key::archive_sha);
        if (entry.archive->sha && !entry.archive_path) required(metadata, key::archive_path);
        const Field files = optional(metadata, key::external_data);
        read_items(files, entry.external_data, [&](const Field& file) {
            return ExternalDataFile{text(required(file, key::path)),
                                    digest(required(file, key::sha)),
                                    size(required(file, key::bytes))};
        });
        read_facts(*metadata.json, entry);
    }

    static void read_facts(const JsonValue& metadata, Entry& entry) {
        if (const JsonValue* urls = metadata.find(key::sources)) entry.sources = all_strings(*urls);
        const auto text = [&](std::string_view key) -> Boxed<std::string> {
            const JsonValue* value = metadata.find(key);
            const std::string* found = value ? value->string() : nullptr;
            return found ? Boxed(*found) : Boxed<std::string>();
        };
        ModelFacts about{
            text(key::license), text(key::author), text(key::task), text(key::description), {}};
        const JsonValue* parameters = metadata.find(key::parameters);
        const auto number = parameters ? parameters->integer() : std::nullopt;
        if (number && *number >= 0) about.parameters = static_cast<std::uint64_t>(*number);
        entry.about = std::move(about);
        if (const JsonValue* opsets = metadata.find(key::opsets)) entry.opsets = counts(*opsets);
    }

    /// The items of an array of strings; nothing for any other value.
    static std::vector<std::string> all_strings(const JsonValue& list) {
        std::vector<std::string> texts;
        if (!list.array()) return texts;
        for (const JsonValue& item : *list.array()) {
            if (!item.string()) return {};
            texts.push_back(*item.string());
        }
        return texts;
    }

    /// The members of an object of whole numbers of at least 0; nothing for any other value.
    static std::map<std::string, std::int64_t> counts(const JsonValue& object) {
        std::map<std::string, std::int64_t> numbers;
        if (!object.object()) return numbers;
        for (const JsonMember& member : *object.object()) {
            const auto number = member.value.integer();
            if (!number || *number < 0) return {};
            numbers[member.key] = *number;
        }
        return numbers;
    }

    StatedContent content(const Field& metadata, std::string_view sha_key,
                          std::string_view bytes_key) {
        StatedContent content;
        if (const Field sha = optional(metadata, sha_key); sha.json) content.sha = digest(sha);
        if (const Field bytes = optional(metadata, bytes_key); bytes.json) {
            content.size_bytes = size(bytes);
        }
        return content;
    }

    std::vector<Port> port_list(const Field& list) {
        std::vector<Port> ports;
        read_items(list, ports, [&](const Field& port) {
            return Port{text(required(port, key::name)), shape(required(port, key::shape)),
                        text(required(port, key::type))};
        });
        return ports;
    }

    std::vector<FeaturePort> feature_list(const Field& list) {
        std::vector<FeaturePort> ports;
        read_items(list, ports, [&](const Field& port) {
            return FeaturePort{text(required(port, key::name)), shape(required(port, key::shape))};
        });
        return ports;
    }

    Shape shape(const Field& list) {
        Shape shape;
        read_items(list, shape, [&](const Field& item) { return dimension(item); });
        return shape;
    }

    Dimension dimension(const Field& field) {
        if (std::holds_alternative<std::nullptr_t>(field.json->data)) return std::monostate();
        if (const std::string* name = field.json->string()) return *name;
        if (const auto number = field.json->integer()) return *number;
        report(field, "is not a whole number, a name or null");
        return std::monostate();
    }

    std::string text(const Field& field) {
        if (!field.json) return {};
        if (const std::string* text = field.json->string()) return *text;
        report_type(field, "a string");
        return {};
    }

    std::string name(const Field& field) {
        std::string name = text(field);
        if (field.json && name.empty()) report(field, "is empty");
        return name;
    }

    std::int64_t opset(const Field& field) {
        if (!field.json) return 0;
        const auto number = field.json->integer();
        if (!number) {
            report(field, "is not a whole number");
        } else if (*number < 0) {
            report(field, "is negative");
        }
        return number.value_or(0);
    }

    std::uint64_t size(const Field& field) {
        if (!field.json) return 0;
        std::uint64_t size = 0;
        if (const auto* number = std::get_if<JsonNumber>(&field.json->data)) {
            const char* end = number->text.data() + number->text.size();
            const auto [stop, error] = std::from_chars(number->text.data(), end, size);
            if (error == std::errc() && stop == end) return size;
        }
        report(field, "is not a number of bytes");
        return 0;
    }

    Sha256 digest(const Field& field) {
        if (!field.json) return {};
        if (const std::string* hex = field.json->string()) {
            if (const auto digest = parse_sha256(*hex)) return *digest;
        }
        report(field, "is not 64 lower-case hexadecimal digits");
        return {};
    }

    bool is_object(const Field& field) {
        if (!field.json) return false;
        if (!field.json->object()) report_type(field, "an object");
        return field.json->object() != nullptr;
    }

    /// Stops at the first problem, since the values after it are not used.
    template <class Item, class Read>
    void read_items(const Field& list, std::vector<Item>& items, const Read& read) {
        if (!list.json || problem_) return;
        const JsonArray* array = list.json->array();
        if (!array) {
            report_type(list, "an array");
            return;
        }
        items.reserve(array->size());
        for (std::size_t i = 0; i < array->size() && !problem_; ++i) {
            items.push_back(read(Field{&(*array)[i], &list, {}, i}));
        }
    }

    /// The result has no value when the key is missing.
    Field optional(const Field& parent, std::string_view key) {
        return {parent.json->find(key), &parent, key};
    }

    Field required(const Field& parent, std::string_view key) {
        if (!is_object(parent)) return {};
        const Field field = optional(parent, key);
        if (!field.json) report({parent.json, &parent, key}, "is missing");
        return field;
    }

    void report(const Field& field, const std::string& what) {
        if (!problem_) problem_ = EntryProblem{field.json->line, field.path() + " " + what};
    }

    void report_type(const Field& field, const std::string& wanted) {
        report(field, "is " + std::string(json_type(*field.json)) + ", not " + wanted);
    }

    std::optional<EntryProblem> problem_;
};

/// Builds a value from the calls that a JsonTextWriter takes.
class JsonBuilder {
public:
    void begin_object() { open_.push_back({json_object({}), take_key()}); }
    void end_object() { close(); }
    void begin_array() { open_.push_back({json_array({}), take_key()}); }
    void end_array() { close(); }
    void key(std::string_view name) { key_ = name; }
    void null() { add({}, take_key()); }
    void string(std::string_view text) { add(json_string(std::string(text)), take_key()); }
    void integer(std::int64_t number) { add(json_integer(number), take_key()); }
    void unsigned_integer(std::uint64_t number) { add(json_unsigned(number), take_key()); }

    JsonValue take() { return std::move(root_); }

private:
    struct Open {
        JsonValue value;
        std::string key;
    };

    std::string take_key() { return std::exchange(key_, std::string()); }

    void close() {
        Open closed = std::move(open_.back());
        open_.pop_back();
        add(std::move(closed.value), std::move(closed.key));
    }

    void add(JsonValue value, std::string key) {
        if (open_.empty()) {
            root_ = std::move(value);
        } else if (auto* members = std::get_if<JsonObject>(&open_.back().value.data)) {
            members->push_back({std::move(key), std::move(value)});
        } else {
            std::get<JsonArray>(open_.back().value.data).push_back(std::move(value));
        }
    }

    JsonValue root_;
    std::vector<Open> open_;
    std::string key_;
};

/// Writes an entry to a JsonBuilder or a JsonTextWriter.
template <class Out>
class EntryWriter {
public:
    explicit EntryWriter(Out& out) : out_(out) {}

    void write(const Entry& entry) {
        out_.begin_object();
        text(key::model, entry.model);
        text(key::model_path, entry.model_path);
        text(key::onnx_version, entry.onnx_version);
        out_.key(key::opset_version);
        out_.integer(entry.opset_version);
        out_.key(key::metadata);
        out_.begin_object();
        write_metadata(entry);
        out_.end_object();
        out_.end_object();
    }

private:
    void write_metadata(const Entry& entry) {
        content(key::model_sha, key::model_bytes, entry.content);
        // A model at the top of its hub has no tags, and the zoo's generator still writes the list.
        list(key::tags, entry.tags, [&](const std::string& tag) { out_.string(tag); });
        if (entry.io_ports) {
            out_.key(key::io_ports);
            out_.begin_object();
            list(key::inputs, entry.io_ports->inputs, [&](const Port& port) { write(port); });
            list(key::outputs, entry.io_ports->outputs, [&](const Port& port) { write(port); });
            out_.end_object();
        }
        if (entry.extra_ports) {
            out_.key(key::extra_ports);
            out_.begin_object();
            list(key::features, *entry.extra_ports, [&](const FeaturePort& port) { write(port); });
            out_.end_object();
        }
        text_if(key::archive_path, entry.archive_path);
        content(key::archive_sha, key::archive_bytes, entry.archive);
        if (!entry.external_data.empty()) {
            list(key::external_data, entry.external_data,
                 [&](const ExternalDataFile& file) { write(file); });
        }
        if (!entry.sources.empty()) {
            list(key::sources, entry.sources, [&](const std::string& url) { out_.string(url); });
        }
        write_facts(entry);
    }

    void write_facts(const Entry& entry) {
        text_if(key::license, entry.about->license);
        text_if(key::author, entry.about->author);
        text_if(key::task, entry.about->task);
        text_if(key::description, entry.about->description);
        if (entry.about->parameters) number(key::parameters, *entry.about->parameters);
        if (entry.opsets->empty()) return;
        out_.key(key::opsets);
        out_.begin_object();
        for (const auto& [domain, version] : *entry.opsets) {
            out_.key(domain);
            out_.integer(version);
        }
        out_.end_object();
    }

    void write(const Port& port) {
        out_.begin_object();
        text(key::name, port.name);
        list(key::shape, port.shape, [&](const Dimension& dimension) { write(dimension); });
        text(key::type, port.type);
        out_.end_object();
    }

    void write(const FeaturePort& port) {
        out_.begin_object();
        text(key::name, port.name);
        list(key::shape, port.shape, [&](const Dimension& dimension) { write(dimension); });
        out_.end_object();
    }

    void write(const ExternalDataFile& file) {
        out_.begin_object();
        text(key::path, file.path);
        text(key::sha, to_hex(file.sha));
        number(key::bytes, file.size_bytes);
        out_.end_object();
    }

    void write(const Dimension& dimension) {
        if (const auto* number = std::get_if<std::int64_t>(&dimension)) {
            out_.integer(*number);
        } else if (const auto* name = std::get_if<std::string>(&dimension)) {
            out_.string(*name);
        } else {
            out_.null();
        }
    }

    void content(std::string_view sha_key, std::string_view bytes_key,
                 const StatedContent& content) {
        if (content.sha) text(sha_key, to_hex(*content.sha));
        if (content.size_bytes) number(bytes_key, *content.size_bytes);
    }

    template <class Items, class WriteItem>
    void list(std::string_view key, const Items& items, const WriteItem& write_item) {
        out_.key(key);
        out_.begin_array();
        for (const auto& item : items) write_item(item);
        out_.end_array();
    }

    void text(std::string_view key, std::string_view value) {
        out_.key(key);
        out_.string(value);
    }

    void text_if(std::string_view key, const Boxed<std::string>& value) {
        if (value) text(key, *value);
    }

    void number(std::string_view key, std::uint64_t value) {
        out_.key(key);
        out_.unsigned_integer(value);
    }

    Out& out_;
};

}  // namespace

std::variant<Entry, EntryProblem> parse_entry(const JsonValue& json) {
    return EntryReader().read(json);
}

std::optional<std::uint64_t> stated_bytes(const Entry& entry) {
    std::optional<std::uint64_t> bytes = entry.content.size_bytes;
    if (!bytes) return bytes;
    for (const ExternalDataFile& file : entry.external_data) {
        const std::uint64_t left = std::numeric_limits<std::uint64_t>::max() - *bytes;
        *bytes += std::min(file.size_bytes, left);  // the sizes of a hostile manifest may overflow
    }
    return bytes;
}

JsonValue to_json(const Entry& entry) {
    JsonBuilder json;
    EntryWriter(json).write(entry);
    return json.take();
}

void append_entry_text(const Entry& entry, std::string& text) {
    JsonTextWriter out(text, {.depth = 1});
    EntryWriter(out).write(entry);
}

}  // namespace onnxhub
