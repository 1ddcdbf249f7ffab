# SPDX-License-Identifier: Apache-2.0
"""`python -m onnxhub` runs the program."""

from ._program import main

main()
