// SPDX-License-Identifier: Apache-2.0
// Part of the build: write_manual_pages SETTINGS.md FOLDER writes the manual pages into FOLDER.
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "cli/command_list.h"
#include "cli/manual_page.h"

namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text << std::flush;
    if (!file) throw std::runtime_error(path.string() + ": cannot be written");
}

void write_pages(const fs::path& settings, const fs::path& folder) {
    using namespace onnxhub;
    const std::string version = ONNXHUB_VERSION;
    std::ifstream file(settings, std::ios::binary);
    const std::string markdown{std::istreambuf_iterator<char>(file), {}};
    if (markdown.empty()) throw std::runtime_error(settings.string() + ": cannot be read");
    fs::create_directories(folder);
    const CommandDescription program = describe_program();
    write(folder / "onnxhub.1", program_page(program, version));
    for (const CommandDescription& command : program.commands) {
        write(folder / ("onnxhub-" + command.name + ".1"), command_page(command, version));
    }
    write(folder / "onnxhub.toml.5", settings_page(markdown, version));
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc != 3) throw std::runtime_error("usage: write_manual_pages SETTINGS.md FOLDER");
        write_pages(argv[1], argv[2]);
    } catch (const std::exception& error) {
        std::cerr << "write_manual_pages: " << error.what() << '\n';
        return 1;
    }
}
