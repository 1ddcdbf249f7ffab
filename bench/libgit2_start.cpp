// SPDX-License-Identifier: Apache-2.0
// The shortest C++ program that needs libgit2: what the dynamic linker costs at least.
#include <git2.h>

#include <iostream>

int main() {
    int major = 0, minor = 0, revision = 0;
    git_libgit2_version(&major, &minor, &revision);
    std::cout << "libgit2 " << major << '.' << minor << '.' << revision << '\n';
}
