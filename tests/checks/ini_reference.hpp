#pragma once

#include <string>

/// The text of docs/ini-reference.md, from the tables that the library itself reads INF files with.
std::string write_ini_reference();
