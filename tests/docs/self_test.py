# SPDX-License-Identifier: Apache-2.0
"""Checks on small pages that the tests of pages can fail."""

import tempfile
import unittest

from blocks import blocks_of, indented_commands
from session import Failure, Session, pattern_of


class Blocks(unittest.TestCase):
    def commands(self, *lines):
        return [(c.text, c.output) for c in blocks_of("p.md", "\n".join(["```", *lines, "```"]))[0].commands()]

    def test_every_line_is_a_command_unless_some_begin_with_a_dollar(self):
        self.assertEqual(self.commands("a", "", "# says nothing", "b \\", "  c"), [("a", None), ("b \\\n  c", None)])
        self.assertEqual(self.commands("$ a", "1", "$ b"), [("a", ["1"]), ("b", [])])
        with self.assertRaises(ValueError):
            self.commands("1", "$ a")

    def test_comments_belong_to_the_block_behind_them(self):
        block = blocks_of("p.md", "<!-- docs-test: hub x; exit 1 -->\n```sh\na\n```")[0]
        self.assertEqual((block.directives, block.name), ({"hub": "x", "exit": "1"}, "p.md: a"))
        for text in ("<!-- docs-test: hub x -->\nwords\n```\n```", "<!-- docs-test: nothing -->\n```\n```", "```\na"):
            with self.assertRaises(ValueError):
                blocks_of("p.md", text)

    def test_indented_commands_are_found(self):
        self.assertEqual(indented_commands("    onnxhub list\n```\n    onnxhub in a block\n```\n- onnxhub"), ["    onnxhub list"])


class Outputs(unittest.TestCase):
    def test_dots_stand_for_what_varies_and_nothing_else_does(self):
        shown = ["one … three", "...", "end 12 ms"]
        for printed, fits in (("one two three\nend TIME\n", True), ("one 2 three\nx\ny\nend TIME\n", True),
                              ("one three\nend TIME\n", False), ("one two three\n", False),
                              ("one two three\nend TIME\nmore\n", False)):
            self.assertEqual(bool(pattern_of(shown).fullmatch(printed)), fits, printed)

    def test_wrong_statuses_and_outputs_fail(self):
        with tempfile.TemporaryDirectory() as work:
            session = Session(work, "/", "/")
            try:
                for lines, status in ((["$ echo a", "b"], 0), (["$ false"], 0), (["$ true"], 1), (["$ echo a"], 0),
                                      (["$ true", "a"], 0), (["$ false | true"], 0)):
                    command = blocks_of("p.md", "\n".join(["```", *lines, "```"]))[0].commands()[0]
                    with self.assertRaises(Failure, msg=lines):
                        session.run(command, status)
                for lines in (["mkdir x && cd x"], ["$ basename $PWD", "x"], ["$ echo /srv/a", "/srv/a"]):
                    session.run(blocks_of("p.md", "\n".join(["```", *lines, "```"]))[0].commands()[0])
            finally:
                session.close()


if __name__ == "__main__":
    unittest.main()
