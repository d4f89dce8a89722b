# certbroker_warnings: what our own targets are compiled with; never applied to anybody else's code.
add_library(certbroker_warnings INTERFACE)
if(MSVC)
  target_compile_options(certbroker_warnings INTERFACE /W4 /WX /permissive- /sdl /utf-8 /guard:cf)
  target_link_options(certbroker_warnings INTERFACE /CETCOMPAT /DYNAMICBASE /guard:cf)
else()
  target_compile_options(certbroker_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fstack-protector-strong
    # GCC 12 sees overlapping copies in std::string's operator+ that are not there (GCC bug 105651).
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>)
  if(NOT CERTBROKER_SANITIZE AND CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(certbroker_warnings INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  endif()
  if(WIN32)
    # ASLR with all 64 bits, DEP, and no time of the build in the file. GCC 12 has no control-flow guard (-mguard=cf);
    # -fcf-protection marks indirect branch targets for processors that check them.
    target_compile_options(certbroker_warnings INTERFACE -fcf-protection=full
      # windows.h and the C++ library's headers of this toolchain redeclare one another.
      -Wno-attributes)
    target_link_options(certbroker_warnings INTERFACE
      -static -Wl,--dynamicbase,--high-entropy-va,--nxcompat,--no-insert-timestamp)
  else()
    target_link_options(certbroker_warnings INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
  endif()
endif()

if(CERTBROKER_SANITIZE)
  add_compile_options(-fsanitize=${CERTBROKER_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${CERTBROKER_SANITIZE})
endif()
