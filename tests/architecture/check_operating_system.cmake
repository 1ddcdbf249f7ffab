# SPDX-License-Identifier: Apache-2.0
# Fails when a source outside base/ includes a header of the operating system or calls it directly:
# a port to another system should have one place to look. Tests and benchmarks are free to.
cmake_minimum_required(VERSION 3.25)

set(headers "arpa/[a-z]+|dirent|dlfcn|fcntl|grp|ifaddrs|linux/[a-z0-9_]+|net/[a-z]+|netdb|netinet/[a-z]+|poll|pthread|pwd|sched|signal|spawn|strings|sys/[a-z]+|syslog|termios|unistd")
set(calls "accept4?|close|dup[23]?|execve?p?|fork|fstat|fsync|getpid|ioctl|kill|lstat|mkdir|open|openat|pipe2?|poll|posix_spawnp?|pread|pwrite|read|readlink|recv|rename|select|send|setrlimit|socket|socketpair|stat|unlink|waitpid|write")

set(failures 0)
foreach(folder archive cli diff generator hosting http manifest model repository sources trust validator)
  file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/${folder}/*.h ${ROOT}/${folder}/*.cpp)
  foreach(file IN LISTS files)
    file(STRINGS ${ROOT}/${file} lines
      REGEX "^#include <((${headers})\\.h|csignal)>|(^|[^A-Za-z0-9_>])::(${calls})\\(")
    foreach(line IN LISTS lines)
      string(STRIP "${line}" line)
      message("${file}: only base/ may use the operating system: ${line}")
      math(EXPR failures "${failures} + 1")
    endforeach()
  endforeach()
endforeach()

if(failures GREATER 0)
  message(FATAL_ERROR "${failures} errors")
endif()
