# SPDX-License-Identifier: Apache-2.0
# Fails when two headers define a class, structure or enumeration of the same name. All are in one namespace, so the
# linker takes the functions of one of them for both, such as the destructor, and the program crashes.
cmake_minimum_required(VERSION 3.25)

set(failures 0)
file(GLOB_RECURSE headers RELATIVE ${ROOT} ${ROOT}/*.h)
list(FILTER headers EXCLUDE REGEX "^(build|tests|bench|examples)/")
set(names "")
foreach(header IN LISTS headers)
  file(STRINGS ${ROOT}/${header} lines REGEX "^(struct|class|enum class) [A-Za-z0-9]+[^;]*$")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^(struct|class|enum class) ([A-Za-z0-9]+).*" "\\2" name "${line}")
    if(DEFINED file_of_${name} AND NOT "${file_of_${name}}" STREQUAL "${header}")
      message("${header}: ${name} is also the name of a type in ${file_of_${name}}; give one of them another name")
      math(EXPR failures "${failures} + 1")
    endif()
    set(file_of_${name} ${header})
    list(APPEND names ${name})
  endforeach()
endforeach()

list(LENGTH names count)
if(count LESS 300)
  message(FATAL_ERROR "only ${count} types were found in headers")
endif()
if(failures GREATER 0)
  message(FATAL_ERROR "${failures} types share a name")
endif()
