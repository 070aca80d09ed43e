#include "media/xml.h"

#include <expat.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>

#include "media/utf8.h"

namespace mien {
namespace {

// Real packets have about ten. Bounds the recursion of everything that walks the tree.
constexpr std::size_t kMaxDepth = 100;

// Between the parts of a name that expat reports; cannot occur in them.
constexpr char kSeparator = '\n';

XmlName split_name(std::string_view triplet) {
  XmlName name;
  const std::size_t first = triplet.find(kSeparator);
  if (first == std::string_view::npos) {
    name.local = triplet;
    return name;
  }
  name.uri = triplet.substr(0, first);
  triplet.remove_prefix(first + 1);
  const std::size_t second = triplet.find(kSeparator);
  name.local = triplet.substr(0, second);
  if (second != std::string_view::npos) name.prefix = triplet.substr(second + 1);
  return name;
}

bool is_white(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

// Builds the tree from expat's events. Exceptions must not pass through expat: each handler ends the parse
// instead.
class TreeBuilder {
 public:
  explicit TreeBuilder(XML_Parser parser) : parser_(parser) {
    XML_SetUserData(parser, this);
    XML_SetReturnNSTriplet(parser, 1);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetNamespaceDeclHandler(parser, on_namespace, nullptr);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_SetDoctypeDeclHandler(parser, on_doctype, nullptr);
  }

  std::string problem;  // why the parse was ended here
  std::optional<XmlElement> root;

 private:
  template <class Work>
  static void guarded(void* self, Work work) noexcept {
    auto& builder = *static_cast<TreeBuilder*>(self);
    try {
      work(builder);
    } catch (...) {
      builder.stop("no memory for it");
    }
  }

  void stop(const char* why) noexcept {
    try {
      problem = why;
    } catch (...) {
    }
    XML_StopParser(parser_, XML_FALSE);
  }

  static void on_start(void* self, const char* name, const char** attributes) {
    guarded(self, [&](TreeBuilder& builder) {
      if (builder.open_.size() >= kMaxDepth) return builder.stop("elements are nested too deep");
      XmlElement element;
      element.name = split_name(name);
      element.declarations = std::move(builder.declarations_);
      builder.declarations_.clear();
      for (; *attributes != nullptr; attributes += 2) {
        element.attributes.push_back({split_name(attributes[0]), attributes[1]});
      }
      builder.open_.push_back(std::move(element));
    });
  }

  static void on_end(void* self, const char*) {
    guarded(self, [](TreeBuilder& builder) {
      XmlElement element = std::move(builder.open_.back());
      builder.open_.pop_back();
      auto& children = element.children;
      const bool has_elements =
          std::any_of(children.begin(), children.end(), [](auto& c) { return !c.is_text(); });
      if (has_elements) std::erase_if(children, [](auto& c) { return c.is_text() && is_white(c.text); });
      if (builder.open_.empty()) {
        builder.root = std::move(element);
      } else {
        builder.open_.back().children.push_back(std::move(element));
      }
    });
  }

  static void on_namespace(void* self, const char* prefix, const char* uri) {
    guarded(self, [&](TreeBuilder& builder) {
      builder.declarations_.push_back({prefix ? prefix : "", uri ? uri : ""});
    });
  }

  static void on_text(void* self, const char* text, int length) {
    guarded(self, [&](TreeBuilder& builder) {
      auto& children = builder.open_.back().children;
      if (children.empty() || !children.back().is_text()) children.emplace_back();
      children.back().text.append(text, static_cast<std::size_t>(length));
    });
  }

  static void on_doctype(void* self, const char*, const char*, const char*, int) {
    static_cast<TreeBuilder*>(self)->stop("it has a document type");
  }

  XML_Parser parser_;
  std::vector<XmlElement> open_;
  std::vector<XmlNamespace> declarations_;
};

void escape(std::string_view text, bool in_attribute, std::string& output) {
  for (const char c : text) {
    switch (c) {
      case '&':
        output += "&amp;";
        break;
      case '<':
        output += "&lt;";
        break;
      case '>':
        output += "&gt;";
        break;
      case '\r':
        output += "&#13;";
        break;
      case '"':
        output += in_attribute ? "&quot;" : "\"";
        break;
      case '\n':
        output += in_attribute ? "&#10;" : "\n";
        break;
      case '\t':
        output += in_attribute ? "&#9;" : "\t";
        break;
      default:
        output += c;
    }
  }
}

void write_name(const XmlName& name, std::string& output) {
  if (!name.prefix.empty()) output += name.prefix + ":";
  output += name.local;
}

void write_attribute(std::string_view name, std::string_view value, std::string& output) {
  output += ' ';
  output += name;
  output += "=\"";
  escape(value, true, output);
  output += '"';
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

Result<XmlElement> parse_xml(ByteView document) {
  // Some writers pad with zeros.
  while (!document.empty() && document.back() == 0) document = document.first(document.size() - 1);
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(
      XML_ParserCreateNS(nullptr, kSeparator), &XML_ParserFree);
  if (!parser || document.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return Status(Code::kLimit, "no memory to read the XML");
  }
  TreeBuilder builder(parser.get());
  const auto* text = reinterpret_cast<const char*>(document.data());
  const bool parsed =
      XML_Parse(parser.get(), text, static_cast<int>(document.size()), XML_TRUE) == XML_STATUS_OK;
  if (!parsed || !builder.root) {
    const std::string why =
        builder.problem.empty() ? XML_ErrorString(XML_GetErrorCode(parser.get())) : builder.problem;
    return Status(Code::kUnreadable, "the XML is not well-formed (line " +
                                         std::to_string(XML_GetCurrentLineNumber(parser.get())) + ": " + why +
                                         ")");
  }
  return std::move(*builder.root);
}

void write_xml(const XmlElement& element, std::string& output) {
  if (element.is_text()) return escape(element.text, false, output);
  output += '<';
  write_name(element.name, output);
  for (const XmlNamespace& declared : element.declarations) {
    write_attribute(declared.prefix.empty() ? "xmlns" : "xmlns:" + declared.prefix, declared.uri, output);
  }
  for (const XmlAttribute& attribute : element.attributes) {
    std::string name;
    write_name(attribute.name, name);
    write_attribute(name, attribute.value, output);
  }
  if (element.children.empty()) {
    output += "/>";
    return;
  }
  output += '>';
  for (const XmlElement& child : element.children) write_xml(child, output);
  output += "</";
  write_name(element.name, output);
  output += '>';
}

std::string xml_safe_text(std::string_view text) {
  std::string safe;
  const bool utf8 = is_utf8(text);
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (byte < 0x20 && c != '\t' && c != '\n') {
      safe += ' ';
    } else if (byte < 0x80 || utf8) {
      safe += c;
    } else {  // Latin-1 is the first 256 characters of Unicode
      safe += static_cast<char>(0xC0 | byte >> 6);
      safe += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return safe;
}

}  // namespace mien
