# Windows binaries with Debian's mingw-w64. The libraries come from native/cmake/mingw-sysroot.sh, which has to have run
# (tests/setup.sh windows does that); configuring downloads nothing.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(triple x86_64-w64-mingw32)
set(CMAKE_C_COMPILER ${triple}-gcc-posix)
set(CMAKE_CXX_COMPILER ${triple}-g++-posix)
set(CMAKE_RC_COMPILER ${triple}-windres)

if(NOT DEFINED ENV{CERTBROKER_MINGW_SYSROOT})
  execute_process(COMMAND "${CMAKE_CURRENT_LIST_DIR}/mingw-sysroot.sh" --find
    OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "The libraries for the Windows build are not made yet: run tests/setup.sh windows")
  endif()
  set(ENV{CERTBROKER_MINGW_SYSROOT} "${found}")
endif()
set(sysroot "$ENV{CERTBROKER_MINGW_SYSROOT}")

set(CMAKE_FIND_ROOT_PATH /usr/${triple} "${sysroot}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(OPENSSL_USE_STATIC_LIBS ON)
# The stack protector of this toolchain is a library of its own, which objects of the sysroot want, too.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static -fstack-protector-strong")
set(CMAKE_SHARED_LINKER_FLAGS_INIT "-static -fstack-protector-strong")
set(CMAKE_MODULE_LINKER_FLAGS_INIT "-static -fstack-protector-strong")

# Tests run under Wine, with the rights of an ordinary program.
set(CMAKE_CROSSCOMPILING_EMULATOR "${CMAKE_CURRENT_LIST_DIR}/../../tests/wine/wine.sh;--as-user")
