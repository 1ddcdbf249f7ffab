# SPDX-License-Identifier: Apache-2.0
"""The version, also of the program that this package runs. A test compares it with CMakeLists.txt."""

__version__ = "0.2.0"
