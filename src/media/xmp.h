// An XMP packet that can be read and changed without touching what is not understood.
//
// Adobe's toolkit (exempi) does not serve here, though the tests read our packets with it: it prints on
// stderr, gives back an empty packet for RDF without x:xmpmeta, rewrites texts in several languages,
// overflows the stack on deep nesting, and chooses prefixes by what else the process has read before.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "media/bytes.h"
#include "media/xml.h"
#include "mien/status.h"

namespace mien {

inline constexpr std::string_view kRdfNamespace = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
inline constexpr std::string_view kXmpNamespace = "http://ns.adobe.com/xap/1.0/";
inline constexpr std::string_view kXmpMmNamespace = "http://ns.adobe.com/xap/1.0/mm/";
inline constexpr std::string_view kXmpNoteNamespace = "http://ns.adobe.com/xmp/note/";
inline constexpr std::string_view kResourceEventNamespace =
    "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#";
inline constexpr std::string_view kTiffNamespace = "http://ns.adobe.com/tiff/1.0/";
inline constexpr std::string_view kIptcExtNamespace = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
inline constexpr std::string_view kTc260Namespace = "http://www.tc260.org.cn/ns/AIGC/1.0/";
inline constexpr std::string_view kMienNamespace = "urn:mien:xmp:1.0/";

// A property is named by namespace and local name; it may be written as an attribute or as an element.
class XmpPacket {
 public:
  XmpPacket();  // without properties
  // kUnreadable when the bytes are no XML or hold no rdf:RDF.
  static Result<XmpPacket> parse(ByteView packet);

  // The texts of a property: one for a simple one, one per item of a list, none when it is not there.
  std::vector<std::string> values(std::string_view uri, std::string_view local) const;
  bool has(std::string_view uri, std::string_view local) const { return !values(uri, local).empty(); }

  // Removes the property, however it is written. False: there was none.
  bool remove(std::string_view uri, std::string_view local);

  // Replaces the property by a simple text or by an ordered list; an empty list removes it. `uri` must be one
  // of the above.
  void set(std::string_view uri, std::string_view local, std::string_view value);
  void set_list(std::string_view uri, std::string_view local, const std::vector<std::string>& values);

  // Adds an event to xmpMM:History; the fields are those of stEvt, as name and value.
  void append_history(const std::vector<std::pair<std::string, std::string>>& fields);

  // Takes over the properties of another packet that this one does not have.
  void take_all_from(XmpPacket other);

  // Moves the largest properties into a packet of their own until the rest takes at most max_bytes. What
  // labels a picture stays, so the rest may be larger still.
  XmpPacket split_off(std::size_t max_bytes);

  std::string serialise() const;

 private:
  explicit XmpPacket(XmlElement root) : root_(std::move(root)) {}
  XmlElement& rdf();
  const XmlElement& rdf() const;
  XmlElement& own_description();

  XmlElement root_;  // x:xmpmeta with one rdf:RDF among its children
};

}  // namespace mien
