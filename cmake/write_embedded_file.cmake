# SPDX-License-Identifier: Apache-2.0
# Writes FOLDER/NAME.{h,cpp} with the bytes of FILE: see embed_file.cmake.
cmake_minimum_required(VERSION 3.25)

file(READ ${FILE} hex HEX)
string(LENGTH "${hex}" digits)
math(EXPR size "${digits} / 2")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
file(WRITE ${FOLDER}/${NAME}.h
"#pragma once
#include <string_view>
namespace onnxhub::embedded {
extern const std::string_view ${NAME};
}
")
file(WRITE ${FOLDER}/${NAME}.cpp
"#include \"embedded/${NAME}.h\"
namespace onnxhub::embedded {
static const unsigned char ${NAME}_bytes[] = {
${bytes}0};
const std::string_view ${NAME}(reinterpret_cast<const char*>(${NAME}_bytes), ${size});
}
")
