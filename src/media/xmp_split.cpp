// Moving properties between packets: for JPEG, which spreads large packets over two.
#include <algorithm>
#include <map>
#include <set>

#include "media/xmp.h"

namespace mien {
namespace {

using PropertyName = std::pair<std::string, std::string>;  // namespace and local name

PropertyName name_of(const XmlName& name) { return {name.uri, name.local}; }

// What readers look for first, in the part that every reader sees.
bool stays_in_first_part(const PropertyName& name) {
  return name.first == kTc260Namespace || name.first == kMienNamespace || name.first == kXmpNoteNamespace ||
         name.first == kRdfNamespace || name == PropertyName{kIptcExtNamespace, "DigitalSourceType"} ||
         name == PropertyName{kXmpNamespace, "CreatorTool"} ||
         name == PropertyName{kTiffNamespace, "Orientation"};
}

// Adds the declarations that hold around an element, unless it overrides them, so that it can stand
// elsewhere.
void inherit(XmlElement& element, const XmlElement& outer) {
  for (const XmlNamespace& declared : outer.declarations) {
    const bool overridden =
        std::any_of(element.declarations.begin(), element.declarations.end(),
                    [&](const XmlNamespace& own) { return own.prefix == declared.prefix; });
    if (!overridden) element.declarations.push_back(declared);
  }
}

// An element like `description` but without properties, to stand in another packet about the same thing.
XmlElement empty_copy(const XmlElement& description, const XmlElement& rdf, const XmlElement& root) {
  XmlElement copy;
  copy.name = description.name;
  copy.declarations = description.declarations;
  inherit(copy, rdf);
  inherit(copy, root);
  return copy;
}

void set_about(XmlElement& description, const std::string& about) {
  // Before the properties, with the prefix that the element itself uses for RDF.
  description.attributes.insert(description.attributes.begin(),
                                {{std::string(kRdfNamespace), "about", description.name.prefix}, about});
}

std::string about_of(const XmlElement& rdf) {
  for (const XmlElement& description : rdf.children) {
    for (const XmlAttribute& attribute : description.attributes) {
      if (attribute.name.is(kRdfNamespace, "about")) return attribute.value;
    }
  }
  return {};
}

// Moves the properties whose names fulfil `wanted` from one description to an empty one.
template <class Wanted>
void move_properties(XmlElement& from, XmlElement& to, const Wanted& wanted) {
  const auto move_some = [&](auto& source, auto& target) {
    const auto moved = std::stable_partition(
        source.begin(), source.end(), [&](const auto& property) { return !wanted(name_of(property.name)); });
    std::move(moved, source.end(), std::back_inserter(target));
    source.erase(moved, source.end());
  };
  move_some(from.attributes, to.attributes);
  move_some(from.children, to.children);
}

// How many bytes each property takes.
std::map<PropertyName, std::size_t> property_sizes(const XmlElement& rdf) {
  std::map<PropertyName, std::size_t> sizes;
  for (const XmlElement& description : rdf.children) {
    for (const XmlAttribute& attribute : description.attributes) {
      sizes[name_of(attribute.name)] += attribute.value.size() + attribute.name.local.size();
    }
    for (const XmlElement& property : description.children) {
      std::string text;
      write_xml(property, text);
      sizes[name_of(property.name)] += text.size();
    }
  }
  return sizes;
}

}  // namespace

void XmpPacket::take_all_from(XmpPacket other) {
  std::set<PropertyName> here;
  for (const auto& [name, size] : property_sizes(rdf())) here.insert(name);
  const std::string about = about_of(rdf());
  for (XmlElement& description : other.rdf().children) {
    if (description.is_text()) continue;
    XmlElement taken = empty_copy(description, other.rdf(), other.root_);
    move_properties(description, taken, [&](const PropertyName& name) {
      return name.first != kRdfNamespace && !here.contains(name);
    });
    if (taken.attributes.empty() && taken.children.empty()) continue;
    set_about(taken, about);
    rdf().children.push_back(std::move(taken));
  }
}

XmpPacket XmpPacket::split_off(std::size_t max_bytes) {
  std::vector<std::pair<std::size_t, PropertyName>> largest_first;
  for (const auto& [name, size] : property_sizes(rdf())) {
    if (!stays_in_first_part(name)) largest_first.push_back({size, name});
  }
  std::sort(largest_first.rbegin(), largest_first.rend());
  std::size_t size = serialise().size();
  std::set<PropertyName> moving;
  for (const auto& [property_size, name] : largest_first) {
    if (size <= max_bytes) break;
    moving.insert(name);
    size -= std::min(size, property_size);
  }
  const std::string about = about_of(rdf());
  XmpPacket rest;
  for (XmlElement& description : rdf().children) {
    if (description.is_text()) continue;
    XmlElement moved = empty_copy(description, rdf(), root_);
    move_properties(description, moved, [&](const PropertyName& name) { return moving.contains(name); });
    if (moved.attributes.empty() && moved.children.empty()) continue;
    set_about(moved, about);
    rest.rdf().children.push_back(std::move(moved));
  }
  return rest;
}

}  // namespace mien
