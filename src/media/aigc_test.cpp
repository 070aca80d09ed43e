#include "media/aigc.h"

#include <gtest/gtest.h>

#include "media/test_pictures.h"

namespace mien {
namespace {

TEST(Aigc, WritesTheSevenFieldsOfTheStandardInItsOrder) {
  EXPECT_EQ(aigc_json("Mien 1 \"x\"", "ID"),
            R"({"Label":"1","ContentProducer":"Mien 1 \"x\"","ProduceID":"ID","ReservedCode1":"",)"
            R"("ContentPropagator":"","PropagateID":"","ReservedCode2":""})");
}

TEST(Aigc, ReadsWhatItWrites) {
  const AigcLabel label = parse_aigc(aigc_json("Mien 1", "ID"));
  EXPECT_TRUE(label.well_formed()) << label.problem;
  EXPECT_EQ(label.label, "1");
  EXPECT_EQ(label.content_producer, "Mien 1");
  EXPECT_EQ(label.produce_id, "ID");
}

TEST(Aigc, ReadsTheObjectInsideItsWrapperToo) {
  const AigcLabel label = parse_aigc("{\"AIGC\": " + aigc_json("a", "b") + "}");
  EXPECT_TRUE(label.well_formed()) << label.problem;
  EXPECT_EQ(label.produce_id, "b");
}

TEST(Aigc, SaysWhatIsWrong) {
  const auto problem = [](const std::string& json) { return parse_aigc(json).problem; };
  EXPECT_EQ(problem(""), "is no JSON object");
  EXPECT_EQ(problem("{\"Label\":"), "is no JSON object");
  EXPECT_EQ(problem("[1]"), "is no JSON object");
  EXPECT_EQ(problem("{}"), "Label is missing");
  EXPECT_EQ(problem(R"({"Label":1})"), "Label is not a text");
  EXPECT_EQ(problem(R"({"Label":"1","ContentProducer":"a","ProduceID":"b"})"), "ReservedCode1 is missing");
  std::string wrong_label = aigc_json("a", "b");
  wrong_label.replace(wrong_label.find("\"1\""), 3, "\"7\"");
  EXPECT_EQ(problem(wrong_label), "Label is \"7\", expected \"1\", \"2\" or \"3\"");
  EXPECT_TRUE(parse_aigc("{\"Label\":\"1\xff\"}").problem.find("JSON") != std::string::npos);
}

}  // namespace
}  // namespace mien
