// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_runtime.h"

#include "tests/support/program.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;

std::string indented(const std::string& body) {
    std::string text = "        ";
    for (const char c : body) {
        text += c;
        if (c == '\n') text += "        ";
    }
    return text + "\n";
}

}  // namespace

FakeRuntime::FakeRuntime(const std::string& run, const std::string& load,
                         const std::string& version) {
    write_file(folder_.path() / "packages/onnxruntime.py",
               "import os, socket, time\nimport numpy\n__version__ = '" + version +
                   "'\nclass SessionOptions: pass\n"
                   "class Output:\n    def __init__(self, name): self.name = name\n"
                   "class InferenceSession:\n"
                   "    names = ['y']\n"
                   "    def __init__(self, model, options, providers):\n"
                   "        self.model = model\n" +
                   indented(load) +
                   "    def get_outputs(self): return [Output(name) for name in self.names]\n"
                   "    def run(self, names, feeds):\n" +
                   indented(run));
    // The sandbox forbids new processes, so the shell becomes Python.
    write_file(program(),
               "#!/bin/sh\nexec /usr/bin/python3 -c "
               "'import sys; sys.path.insert(0, \"" +
                   (folder_.path() / "packages").string() + "\"); exec(sys.argv[1])' \"$2\"\n");
    fs::permissions(program(), fs::perms::owner_all);
}

bool has_numpy() {
    const TemporaryFolder folder;
    return run_command({"/usr/bin/python3", "-c", "import numpy"}, folder.path()).status == 0;
}

}  // namespace onnxhub::test
