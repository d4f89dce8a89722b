#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "certbroker/plugin.hpp"

/// Reading and writing the XML of strangers: pugixml behind limits.
namespace certbroker::plugin::xml {

/// What a provider calls the two ways in which this can fail, and an answer of its CA. Every provider that links this
/// defines it.
struct Failures {
    ErrorKind unusable;   ///< an answer cannot be used
    ErrorKind unwritable; ///< a value cannot stand in XML
    const char *answer;   ///< "An answer of the service"
};
const Failures &failures();

/// What a document may have; DTDs, entities of its own and processing instructions are refused before it is parsed.
struct Limits {
    std::size_t bytes = 16UL * 1024 * 1024;
    std::size_t depth = 64;
    std::size_t elements = 200'000;
    std::size_t attributes = 200'000;
};

/// An element. Children are found by local name and namespace, whatever the prefix; the document must be alive.
class Element {
public:
    Element() = default;
    explicit Element(pugi::xml_node node) : node_(node) {}
    explicit operator bool() const { return static_cast<bool>(node_); }

    std::string_view local_name() const;
    std::string_view name_space() const;
    /// The child of that name in this element's own namespace; an empty element when there is none. Two are too many.
    Element child(std::string_view name) const { return child(name, name_space()); }
    Element child(std::string_view name, std::string_view name_space) const;
    /// The same, but it must be there.
    Element required(std::string_view name) const;
    std::vector<Element> children(std::string_view name) const;
    std::vector<Element> children() const;

    /// xsi:nil="true"
    bool is_nil() const;
    /// The text without blanks at its ends; empty for nil.
    std::string text() const;
    /// The text of a child, empty when it is missing or nil.
    std::string text_of(std::string_view child_name) const;
    std::optional<bool> flag_of(std::string_view child_name) const;
    std::optional<std::int64_t> number_of(std::string_view child_name) const;
    /// The text as a whole number; nothing when it is empty.
    std::optional<std::int64_t> number() const;
    /// An attribute by local name.
    std::string attribute(std::string_view name) const;

private:
    pugi::xml_node node_;
};

class Document {
public:
    /// `what` begins the message of a failure: "The answer of the policy service".
    Document(std::string_view text, const Limits &limits, const std::string &what);
    Element root() const;

private:
    std::unique_ptr<pugi::xml_document> document_;
};

/// xs:boolean; nothing for anything else.
std::optional<bool> read_flag(std::string_view text);

/// Writes elements; texts are escaped. Throws failures().unwritable for text that XML cannot hold.
class Writer {
public:
    /// `attributes` are written as they are.
    Writer &open(std::string_view name, std::string_view attributes = {});
    Writer &close();
    Writer &element(std::string_view name, std::string_view text, std::string_view attributes = {});
    std::string take() { return std::move(out_); }

private:
    std::string out_;
    std::vector<std::string> open_;
};

/// Text for an element's content. Throws failures().unwritable for control characters and what is not UTF-8.
std::string escape(std::string_view text);

} // namespace certbroker::plugin::xml
