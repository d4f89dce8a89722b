#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

/// XML as configuration files of .NET hold it, with the place of everything in the text, so that one value can be
/// changed and no other byte. Private to profile. A parser that builds a tree forgets the places, and one that is
/// lenient would change files that .NET does not read.
namespace certbroker::profile {

struct XmlAttribute {
    std::string_view name;
    std::string value;     ///< with its references resolved
    std::size_t begin = 0; ///< of the value as typed, between the quotes
    std::size_t end = 0;
    char quote = '"';
};

struct XmlElement {
    static constexpr std::size_t no_parent = static_cast<std::size_t>(-1);
    std::string_view name;
    std::size_t parent = no_parent; ///< index in XmlDocument::elements
    std::size_t start = 0;          ///< of the start tag
    std::size_t tag_end = 0;        ///< behind the start tag
    std::size_t content_end = 0;    ///< where the end tag begins; tag_end for <a/>
    std::size_t end = 0;            ///< behind the whole element
    std::vector<XmlAttribute> attributes;

    const XmlAttribute *find(std::string_view attribute) const noexcept;
    bool closes_itself() const noexcept { return content_end == tag_end && end == tag_end; }
};

struct XmlDocument {
    std::vector<XmlElement> elements; ///< in the order of their start tags; the first is the root
    std::string encoding;             ///< as declared; empty when nothing is
};

/// Line and column (in characters) of an offset, from 1.
std::pair<std::uint32_t, std::uint32_t> xml_place(std::string_view text, std::size_t offset);

/// Reads a whole document; the views point into `text`. Refuses document types and entities of its own, nesting deeper
/// than 64, and more than 20,000 elements. Connector.Xml, with the place in `file`.
Result<XmlDocument> scan_xml(std::string_view text, const std::string &file);

} // namespace certbroker::profile
