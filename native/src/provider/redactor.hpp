#pragma once

#include <string>
#include <vector>

#include "base/secret.hpp"

namespace certbroker::provider {

/// Knows the secrets of an instance and of a call, and keeps them out of what people read.
class Redactor {
public:
    /// Secrets of fewer than 4 bytes would blank half of every text and protect nothing; they are not searched.
    void add(const Secret &secret);
    /// Every occurrence becomes "***"; also makes the text one valid line of UTF-8 of at most `limit` bytes.
    std::string clean(std::string_view text, std::size_t limit = 4096) const;
    /// Blanks secrets in a text of many lines, as they are and as XML, JSON, a form or base64 would write them.
    std::string blank(std::string_view text) const;
    bool holds_secret(ByteView bytes) const;

private:
    std::vector<Secret> secrets_;
};

} // namespace certbroker::provider
