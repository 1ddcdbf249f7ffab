// SPDX-License-Identifier: Apache-2.0
#include "base/shared_library.h"

#include <dlfcn.h>

#include "base/user_error.h"

namespace onnxhub {
namespace {

std::string loader_message() {
    const char* message = dlerror();
    return message ? message : "unknown error";
}

}  // namespace

SharedLibrary::SharedLibrary(const std::string& name, const std::string& purpose)
    : name_(name), purpose_(purpose), handle_(dlopen(name.c_str(), RTLD_LAZY | RTLD_LOCAL)) {
    if (handle_) return;
    throw UserError(name + ": cannot be loaded (" + loader_message() + "); install it, " + purpose +
                    " needs it");
}

void* SharedLibrary::address_of(const char* function_name) const {
    if (void* address = dlsym(handle_, function_name)) return address;
    throw UserError(name_ + ": has no function " + function_name +
                    "; install the version that onnxhub was built with, " + purpose_ + " needs it");
}

}  // namespace onnxhub
