# SPDX-License-Identifier: Apache-2.0
"""Checks on small trees that check_names.py can fail."""

import pathlib
import tempfile
import unittest

import check_names


class Names(unittest.TestCase):
    def problems(self, **files):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = pathlib.Path(folder, "module", name.replace("_h", ".h").replace("_cpp", ".cpp"))
                path.parent.mkdir(exist_ok=True)
                path.write_text(text)
            check_names.LEAST_FILES = check_names.LEAST_TYPES = 0
            return list(check_names.problems_below(pathlib.Path(folder)))

    def test_a_name_of_the_standard_library_needs_its_header(self):
        missing = ["module/a.cpp:2: 'std::vector' needs #include <vector>"]
        self.assertEqual(self.problems(a_cpp="#include <string>\nstd::vector<std::string> names;\n"), missing)
        self.assertEqual(self.problems(a_cpp="#include <vector>\nstd::vector<int> counts;\n"), [])

    def test_a_header_of_the_project_passes_on_what_it_includes(self):
        header = "#include <vector>\n"
        self.assertEqual(self.problems(a_h=header, b_h='#include "module/a.h"\n', c_cpp='#include "module/b.h"\nstd::vector<int> v;\n'), [])

    def test_a_type_of_the_project_needs_its_header_or_a_declaration(self):
        header = "struct Model {\n};\n"
        missing = ["module/b.cpp:1: 'Model' needs #include \"module/a.h\""]
        self.assertEqual(self.problems(a_h=header, b_cpp="void load(const Model& model);\n"), missing)
        self.assertEqual(self.problems(a_h=header, b_cpp='#include "module/a.h"\nvoid load(const Model& model);\n'), [])
        self.assertEqual(self.problems(a_h=header, b_cpp="struct Model;\nvoid load(const Model& model);\n"), [])

    def test_a_library_needs_a_header_of_it(self):
        missing = ["module/a.cpp:1: 'fmt::' needs a header of <fmt/...>"]
        self.assertEqual(self.problems(a_cpp='auto text = fmt::format("{}", 1);\n'), missing)
        self.assertEqual(self.problems(a_cpp='#include <fmt/format.h>\nauto text = fmt::format("{}", 1);\n'), [])

    def test_a_using_that_nothing_needs(self):
        unused = ["module/a.cpp:2: 'using testing::Not' is not needed; remove it"]
        self.assertEqual(self.problems(a_cpp="// Not here\nusing testing::Not;\nint count;\n"), unused)
        self.assertEqual(self.problems(a_cpp="using testing::Not;\nauto matcher = Not(1);\n"), [])
        self.assertEqual(self.problems(a_h="struct Error : Base {\n    using Base::Base;\n};\n"), [])

    def test_texts_and_comments_name_nothing(self):
        self.assertEqual(self.problems(a_cpp='// std::vector "\nconst char* text = "std::map // ";\n/* std::set */\n'), [])

    def test_a_check_without_files_fails(self):
        with tempfile.TemporaryDirectory() as folder:
            check_names.LEAST_FILES = 1
            self.assertEqual(len(list(check_names.problems_below(pathlib.Path(folder)))), 1)


if __name__ == "__main__":
    unittest.main()
