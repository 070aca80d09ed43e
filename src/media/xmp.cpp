#include "media/xmp.h"

#include <algorithm>

#include "core/try.h"

namespace mien {
namespace {

constexpr std::string_view kMetaNamespace = "adobe:ns:meta/";
constexpr std::string_view kPacketBegin =
    "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>";
// With a line's end, for readers that cut the last byte off.
constexpr std::string_view kPacketEnd = "<?xpacket end=\"w\"?>\n";

// Prefixes of what we write. They are declared on our own elements, so they hold whatever the packet declares
// around them; readers that search the text for "TC260:AIGC" find it.
constexpr std::pair<std::string_view, std::string_view> kOwnPrefixes[] = {
    {"rdf", kRdfNamespace},         {"xmp", kXmpNamespace},   {"xmpMM", kXmpMmNamespace},
    {"xmpNote", kXmpNoteNamespace}, {"tiff", kTiffNamespace}, {"stEvt", kResourceEventNamespace},
    {"TC260", kTc260Namespace},     {"mien", kMienNamespace}, {"Iptc4xmpExt", kIptcExtNamespace},
};

// Written for us to find our own element again; no other program would declare it on purpose.
constexpr std::string_view kOwnMark = kMienNamespace;

std::string_view prefix_of(std::string_view uri) {
  for (const auto& [prefix, known] : kOwnPrefixes) {
    if (known == uri) return prefix;
  }
  return "mien";
}

XmlName own_name(std::string_view uri, std::string_view local) {
  return {std::string(uri), std::string(local), std::string(prefix_of(uri))};
}

XmlElement own_element(std::string_view uri, std::string_view local) {
  XmlElement element;
  element.name = own_name(uri, local);
  return element;
}

XmlElement own_text_element(std::string_view uri, std::string_view local, std::string_view text) {
  XmlElement element = own_element(uri, local);
  if (text.empty()) return element;
  element.children.emplace_back();
  element.children.back().text = xml_safe_text(text);
  return element;
}

void declare(XmlElement& element, std::string_view uri) {
  element.declarations.push_back({std::string(prefix_of(uri)), std::string(uri)});
}

bool is_rdf(const XmlElement& element) { return element.name.is(kRdfNamespace, "RDF"); }

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

// The texts at the ends of a property's branches.
void collect_values(const XmlElement& element, std::vector<std::string>& values) {
  for (const XmlAttribute& attribute : element.attributes) {
    if (attribute.name.is(kRdfNamespace, "resource")) values.push_back(trimmed(attribute.value));
  }
  std::string text;
  bool is_end = true;
  for (const XmlElement& child : element.children) {
    if (child.is_text()) {
      text += child.text;
    } else {
      is_end = false;
      collect_values(child, values);
    }
  }
  if (is_end && !trimmed(text).empty()) values.push_back(trimmed(text));
}

bool has_properties(const XmlElement& description) {
  if (!description.children.empty()) return true;
  return std::any_of(description.attributes.begin(), description.attributes.end(),
                     [](const XmlAttribute& attribute) { return attribute.name.uri != kRdfNamespace; });
}

// An rdf:Description of ours.
bool is_own(const XmlElement& description) {
  return std::any_of(description.declarations.begin(), description.declarations.end(),
                     [](const XmlNamespace& declared) { return declared.uri == kOwnMark; });
}

const std::string* about_of(const XmlElement& description) {
  for (const XmlAttribute& attribute : description.attributes) {
    if (attribute.name.is(kRdfNamespace, "about")) return &attribute.value;
  }
  return nullptr;
}

// An element list for use inside a property.
XmlElement list_of(const std::vector<std::string>& values) {
  XmlElement list = own_element(kRdfNamespace, "Seq");
  for (const std::string& value : values)
    list.children.push_back(own_text_element(kRdfNamespace, "li", value));
  return list;
}

}  // namespace

XmpPacket::XmpPacket() {
  root_.name = {std::string(kMetaNamespace), "xmpmeta", "x"};
  root_.declarations.push_back({"x", std::string(kMetaNamespace)});
  root_.children.push_back(own_element(kRdfNamespace, "RDF"));
  declare(root_.children.back(), kRdfNamespace);
}

Result<XmpPacket> XmpPacket::parse(ByteView packet) {
  MIEN_ASSIGN(XmlElement root, parse_xml(packet));
  if (is_rdf(root)) {  // allowed without the element around it
    XmpPacket wrapped;
    wrapped.rdf() = std::move(root);
    return wrapped;
  }
  if (std::none_of(root.children.begin(), root.children.end(), is_rdf)) {
    return Status(Code::kUnreadable, "the XML holds no rdf:RDF, so it is no XMP");
  }
  return XmpPacket(std::move(root));
}

XmlElement& XmpPacket::rdf() { return *std::find_if(root_.children.begin(), root_.children.end(), is_rdf); }
const XmlElement& XmpPacket::rdf() const {
  return *std::find_if(root_.children.begin(), root_.children.end(), is_rdf);
}

std::vector<std::string> XmpPacket::values(std::string_view uri, std::string_view local) const {
  std::vector<std::string> found;
  for (const XmlElement& description : rdf().children) {
    for (const XmlAttribute& attribute : description.attributes) {
      if (attribute.name.is(uri, local)) found.push_back(trimmed(attribute.value));
    }
    for (const XmlElement& property : description.children) {
      if (property.name.is(uri, local)) collect_values(property, found);
    }
  }
  return found;
}

bool XmpPacket::remove(std::string_view uri, std::string_view local) {
  const auto is_wanted = [&](const auto& property) { return property.name.is(uri, local); };
  std::size_t removed = 0;
  for (XmlElement& description : rdf().children) {
    removed +=
        std::erase_if(description.attributes, is_wanted) + std::erase_if(description.children, is_wanted);
  }
  if (removed > 0) std::erase_if(rdf().children, [](const XmlElement& d) { return !has_properties(d); });
  return removed > 0;
}

// The rdf:Description that holds what we add: the last one, if it is ours.
XmlElement& XmpPacket::own_description() {
  auto& descriptions = rdf().children;
  if (!descriptions.empty() && is_own(descriptions.back())) return descriptions.back();
  // All descriptions of a packet must be about the same thing.
  const std::string* about = descriptions.empty() ? nullptr : about_of(descriptions.front());
  XmlElement description = own_element(kRdfNamespace, "Description");
  for (const auto& [prefix, uri] : kOwnPrefixes) declare(description, uri);
  description.attributes.push_back({own_name(kRdfNamespace, "about"), about ? *about : ""});
  descriptions.push_back(std::move(description));
  return descriptions.back();
}

void XmpPacket::set(std::string_view uri, std::string_view local, std::string_view value) {
  remove(uri, local);
  own_description().children.push_back(own_text_element(uri, local, value));
}

void XmpPacket::set_list(std::string_view uri, std::string_view local,
                         const std::vector<std::string>& values) {
  remove(uri, local);
  if (values.empty()) return;
  XmlElement property = own_element(uri, local);
  property.children.push_back(list_of(values));
  own_description().children.push_back(std::move(property));
}

void XmpPacket::append_history(const std::vector<std::pair<std::string, std::string>>& fields) {
  XmlElement event = own_element(kRdfNamespace, "li");
  event.attributes.push_back({own_name(kRdfNamespace, "parseType"), "Resource"});
  for (const auto& [name, value] : fields) {
    event.children.push_back(own_text_element(kResourceEventNamespace, name, value));
  }
  for (XmlElement& description : rdf().children) {
    for (XmlElement& property : description.children) {
      const bool is_list =
          property.children.size() == 1 && property.children.front().name.is(kRdfNamespace, "Seq");
      if (!property.name.is(kXmpMmNamespace, "History") || !is_list) continue;
      if (!is_own(description)) {  // whose prefixes may be others; ImageMagick 6 warns about needless ones
        declare(event, kRdfNamespace);
        declare(event, kResourceEventNamespace);
      }
      property.children.front().children.push_back(std::move(event));
      return;
    }
  }
  if (has(kXmpMmNamespace, "History")) return;  // not the list that it should be: left as it is
  XmlElement history = own_element(kXmpMmNamespace, "History");
  history.children.push_back(list_of({}));
  history.children.front().children.push_back(std::move(event));
  own_description().children.push_back(std::move(history));
}

std::string XmpPacket::serialise() const {
  std::string packet(kPacketBegin);
  write_xml(root_, packet);
  return packet.append(kPacketEnd);
}

}  // namespace mien
