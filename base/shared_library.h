// SPDX-License-Identifier: Apache-2.0
// Shared libraries that are loaded when they are first needed. Linking the program with them would
// load them, and all that they depend on, at every start.
#pragma once

#include <string>

namespace onnxhub {

/// Stays loaded until the process ends, so that its functions remain valid.
class SharedLibrary {
public:
    /// `name` is a soname ("libcurl.so.4"), searched for where the program's own libraries are.
    /// Messages name its `purpose`. Throws UserError when it cannot be loaded.
    SharedLibrary(const std::string& name, const std::string& purpose);

    /// Sets `function` to the function of this name. Throws UserError when there is none.
    template <class Function>
    void find(Function*& function, const char* function_name) const {
        function = reinterpret_cast<Function*>(address_of(function_name));
    }

private:
    void* address_of(const char* function_name) const;

    std::string name_, purpose_;
    void* handle_;
};

}  // namespace onnxhub
