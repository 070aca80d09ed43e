// A small tree for XML with namespaces, for metadata packets. Parsed by expat, so what is accepted is what
// the standard accepts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "media/bytes.h"
#include "mien/status.h"

namespace mien {

struct XmlName {
  std::string uri;     // of the namespace; empty: none
  std::string local;   // without prefix
  std::string prefix;  // as written; says nothing by itself

  bool is(std::string_view wanted_uri, std::string_view wanted_local) const {
    return local == wanted_local && uri == wanted_uri;
  }
};

struct XmlAttribute {
  XmlName name;
  std::string value;
};

// An xmlns declaration.
struct XmlNamespace {
  std::string prefix;  // empty: the default namespace
  std::string uri;
};

// An element, or a piece of text between elements: that has no name.
struct XmlElement {
  XmlName name;
  std::vector<XmlNamespace> declarations;
  std::vector<XmlAttribute> attributes;
  std::vector<XmlElement> children;
  std::string text;

  bool is_text() const { return name.local.empty(); }
};

// The root element. Comments, processing instructions and white space between elements are dropped. Refused
// with kUnreadable: what is not well-formed, a document type (entities can grow without bounds), elements
// nested deeper than any real packet.
Result<XmlElement> parse_xml(ByteView document);

// Appends the element and all it contains.
void write_xml(const XmlElement& element, std::string& output);

// Text that may stand in XML: UTF-8 (what is not is taken for Latin-1), control characters replaced by
// spaces.
std::string xml_safe_text(std::string_view text);

}  // namespace mien
