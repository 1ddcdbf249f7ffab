# SPDX-License-Identifier: Apache-2.0
# Standard, warnings, include root and sanitizers, handed on by the lowest room to all others.

add_library(onnxhub_rules INTERFACE)
target_compile_features(onnxhub_rules INTERFACE cxx_std_20)
target_include_directories(onnxhub_rules INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
add_library(onnxhub_warnings INTERFACE)
target_link_libraries(onnxhub_rules INTERFACE $<BUILD_INTERFACE:onnxhub_warnings>)
target_compile_options(onnxhub_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
  $<$<BOOL:${ONNXHUB_WERROR}>:-Werror>
  # GCC 12 at -O3 sees overlaps in std::string that aren't there (https://gcc.gnu.org/PR105329).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-restrict>)
if(ONNXHUB_SANITIZE)
  target_compile_options(onnxhub_warnings INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(onnxhub_warnings INTERFACE -fsanitize=address,undefined)
  # GCC sees uninitialized members of std::function there (https://gcc.gnu.org/PR105562).
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(onnxhub_warnings INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
