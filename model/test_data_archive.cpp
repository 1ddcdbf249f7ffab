// SPDX-License-Identifier: Apache-2.0
#include "model/test_data_archive.h"

#include <charconv>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

constexpr std::string_view set_prefix = "test_data_set_";
constexpr std::string_view model_suffix = ".onnx";
constexpr std::string_view tensor_suffix = ".pb";

/// The number in "input_12.pb" for the prefix "input_".
std::optional<std::size_t> number_in(std::string_view name, std::string_view prefix) {
    if (!name.starts_with(prefix) || !name.ends_with(tensor_suffix)) return std::nullopt;
    name.remove_prefix(prefix.size());
    if (name.size() <= tensor_suffix.size()) return std::nullopt;
    name.remove_suffix(tensor_suffix.size());
    std::size_t number = 0;
    const char* end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data(), end, number);
    if (error != std::errc() || stop != end) return std::nullopt;
    return number;
}

/// macOS keeps attributes in files with such names beside each file.
bool is_model(std::string_view name) {
    return name.ends_with(model_suffix) && !name.starts_with("._");
}

/// Forwards everything and records whether the archive has a model.
class ModelFinder : public ArchiveVisitor {
public:
    explicit ModelFinder(ArchiveVisitor& next) : next_(next) {}

    void begin_file(const std::string& path) override {
        has_model = has_model || is_model(file_name(path));
        next_.begin_file(path);
    }
    void data(std::span<const std::byte> block) override { next_.data(block); }
    void end_file() override { next_.end_file(); }

    bool has_model = false;

private:
    ArchiveVisitor& next_;
};

/// Keeps the bytes of inputs and outputs.
class TestDataCollector : public ArchiveVisitor {
public:
    TestDataCollector(TestDataContents& contents, std::uint64_t byte_limit)
        : contents_(contents), left_(byte_limit) {}

    void begin_file(const std::string& path) override {
        file_ = nullptr;
        const std::string_view name = file_name(path);
        const std::string folder(parent_folder(path));
        if (!file_name(folder).starts_with(set_prefix) || contents_.is_too_large) return;
        TestDataFiles& set = contents_.sets[folder];
        if (const auto input = number_in(name, "input_")) {
            file_ = &set.inputs[*input];
        } else if (const auto output = number_in(name, "output_")) {
            file_ = &set.outputs[*output];
        }
        if (file_) file_->clear();
    }

    void data(std::span<const std::byte> block) override {
        if (!file_) return;
        if (block.size() > left_) {
            contents_.is_too_large = true;
            file_ = nullptr;
            return;
        }
        left_ -= block.size();
        file_->append(reinterpret_cast<const char*>(block.data()), block.size());
    }

    void end_file() override {}

private:
    TestDataContents& contents_;
    std::uint64_t left_;  ///< bytes
    std::string* file_ = nullptr;
};

Sha256 digest_of(const std::map<std::string, TestDataFiles>& sets) {
    FieldHasher hasher;
    const auto add_files = [&](const std::map<std::size_t, std::string>& files) {
        hasher.add(std::to_string(files.size()));
        for (const auto& [number, bytes] : files) {
            hasher.add(std::to_string(number));
            hasher.add(bytes);
        }
    };
    for (const auto& [folder, files] : sets) {
        hasher.add(folder);
        add_files(files.inputs);
        add_files(files.outputs);
    }
    return hasher.finish();
}

class ArchiveContents : public ArchiveVisitor {
public:
    explicit ArchiveContents(TestDataArchive& archive) : archive_(archive) {}

    void begin_file(const std::string& path) override {
        path_ = path;
        hasher_.reset();
        reader_.reset();
        size_ = 0;
        const std::string_view name = file_name(path);
        if (name.starts_with("._")) return;
        if (is_model(name)) hasher_.emplace();
        const std::string_view folder = parent_folder(path);
        if (!file_name(folder).starts_with(set_prefix)) return;
        TestDataSet& set = archive_.sets[std::string(folder)];
        if (const auto input = number_in(name, "input_")) {
            slot_ = {&set.inputs, *input};
            reader_.emplace();
        } else if (const auto output = number_in(name, "output_")) {
            slot_ = {&set.outputs, *output};
            reader_.emplace();
        }
    }

    void data(std::span<const std::byte> block) override {
        size_ += block.size();
        if (hasher_) hasher_->update(block);
        if (reader_) reader_->data(block);
    }

    void end_file() override {
        if (hasher_) archive_.models.push_back({path_, hasher_->finish(), size_});
        if (reader_) slot_.tensors->insert_or_assign(slot_.number, reader_->finish());
    }

private:
    struct Slot {
        std::map<std::size_t, TestTensorResult>* tensors = nullptr;
        std::size_t number = 0;
    };

    TestDataArchive& archive_;
    std::string path_;
    std::uint64_t size_ = 0;
    std::optional<Sha256Hasher> hasher_;  ///< of a model
    std::optional<TestTensorReader> reader_;
    Slot slot_;
};

}  // namespace

TestDataArchive read_test_data_archive(const BlockReader& read, const ArchiveLimits& limits) {
    TestDataArchive archive;
    ArchiveContents contents(archive);
    archive.problems = walk_archive(read, limits, contents);
    return archive;
}

TestDataContents read_test_data(const BlockReader& read, const ArchiveLimits& limits,
                                std::uint64_t byte_limit) {
    TestDataContents contents;
    TestDataCollector collector(contents, byte_limit);
    contents.problems = walk_archive(read, limits, collector);
    contents.digest = digest_of(contents.sets);
    return contents;
}

std::vector<ArchiveProblem> walk_test_data_archive(const BlockReader& read,
                                                   const ArchiveLimits& limits,
                                                   ArchiveVisitor& visitor) {
    ModelFinder finder(visitor);
    std::vector<ArchiveProblem> problems = walk_archive(read, limits, finder);
    if (problems.empty() && !finder.has_model) {
        problems.push_back({ArchiveProblem::Kind::unreadable, "", "holds no .onnx file"});
    }
    return problems;
}

void add_test_data_file(TestDataArchive& archive, const std::string& path,
                        const BlockReader& read) {
    ArchiveContents contents(archive);
    contents.begin_file(path);
    std::vector<std::byte> block(64 * 1024);
    for (std::uint64_t done = 0;;) {
        const std::size_t count = read(done, block);
        if (count == 0) break;
        contents.data(std::span(block).first(count));
        done += count;
    }
    contents.end_file();
}

}  // namespace onnxhub
