#include "media/xml.h"

#include <gtest/gtest.h>

#include "media/test_pictures.h"

namespace mien {
namespace {

std::string round_trip(std::string_view text) {
  const auto tree = parse_xml(as_bytes(text));
  if (!tree.ok()) return "refused: " + tree.status().message();
  std::string output;
  write_xml(*tree, output);
  return output;
}

TEST(Xml, ComesBackAsItWent) {
  for (const std::string_view text : {
           "<a/>",
           "<a b=\"1\" c=\"2\">text<d/>more</a>",
           "<p:a xmlns:p=\"urn:1\" p:b=\"x\" xml:lang=\"de\"><p:c/></p:a>",
           "<a xmlns=\"urn:1\" xmlns:q=\"urn:2\"><q:b/><c xmlns=\"\"/></a>",
           "<a b=\"&lt;&amp;&quot;&#10;\">&lt;&amp;&gt; \"quoted\" \xC3\xA4\xE4\xBA\xBA</a>",
       }) {
    EXPECT_EQ(round_trip(text), text);
  }
}

TEST(Xml, ResolvesNamesByNamespaceNotByPrefix) {
  const auto tree = parse_xml(as_bytes("<p:a xmlns:p='urn:1' q='0'><p:b xmlns:p='urn:2' p:c='1'/></p:a>"));
  ASSERT_TRUE(tree.ok());
  EXPECT_TRUE(tree->name.is("urn:1", "a"));
  EXPECT_TRUE(tree->attributes.at(0).name.is("", "q"));
  EXPECT_TRUE(tree->children.at(0).name.is("urn:2", "b"));
  EXPECT_TRUE(tree->children.at(0).attributes.at(0).name.is("urn:2", "c"));
}

TEST(Xml, DropsOnlyTheWhiteSpaceBetweenElements) {
  EXPECT_EQ(round_trip("<?xpacket begin=''?>\n<a>\n  <b> </b>\n  <!-- no -->\n</a>\n<?xpacket end='w'?>\0\0"),
            "<a><b> </b></a>");
}

TEST(Xml, RefusesWhatIsNotWellFormedWithTheLineAndReason) {
  for (const std::string_view text : {"", "hello", "<a>", "<a></b>", "<a b='1' b='2'/>", "<p:a/>",
                                      "<a>&nope;</a>", "<a/><b/>", "<a>\x01</a>", "<a>\xFF</a>"}) {
    const auto tree = parse_xml(as_bytes(text));
    ASSERT_FALSE(tree.ok()) << text;
    EXPECT_EQ(tree.status().code(), Code::kUnreadable);
    EXPECT_TRUE(testing::contains(tree.status().message(), "line ")) << tree.status().message();
  }
}

TEST(Xml, RefusesDocumentTypesAndDeepNestingInsteadOfGrowing) {
  EXPECT_TRUE(testing::contains(round_trip("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), "document type"));
  for (const auto& [depth, accepted] : {std::pair{100, true}, {101, false}, {200'000, false}}) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "<a>";
    for (int i = 0; i < depth; ++i) text += "</a>";
    EXPECT_EQ(parse_xml(as_bytes(text)).ok(), accepted) << depth;
  }
}

TEST(Xml, MakesAnyTextSafe) {
  EXPECT_EQ(xml_safe_text("plain \xC3\xA4\n\t"), "plain \xC3\xA4\n\t");
  EXPECT_EQ(xml_safe_text(std::string_view("a\0b\x1f", 4)), "a b ");
  EXPECT_EQ(xml_safe_text("Latin \xE4"), "Latin \xC3\xA4");              // not UTF-8
  EXPECT_EQ(xml_safe_text("\xED\xA0\x80"), "\xC3\xAD\xC2\xA0\xC2\x80");  // a surrogate is no character
  EXPECT_EQ(xml_safe_text("\xF0\x9F\x98\x80"), "\xF0\x9F\x98\x80");
  for (int byte = 0; byte < 256; ++byte) {
    const std::string safe = xml_safe_text(std::string(3, static_cast<char>(byte)));
    std::string text = "<a>";
    XmlElement element;
    element.text = safe;
    write_xml(element, text);
    EXPECT_TRUE(parse_xml(as_bytes(text + "</a>")).ok()) << byte;
  }
}

}  // namespace
}  // namespace mien
