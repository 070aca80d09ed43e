#include "pipeline/cast.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mien {
namespace {

Face face_at(float x, float width) {
  Face face;
  face.box = {x, 10, x + width, 10 + width};
  return face;
}

// A direction between axis 0 (share 1) and another axis.
Identity person(int axis, float share = 1, int other_axis = 0) {
  Identity out;
  out.values[static_cast<std::size_t>(axis)] = share;
  if (share < 1) out.values[static_cast<std::size_t>(other_axis)] = std::sqrt(1 - share * share);
  return out;
}

const std::vector<Face> kFaces = {face_at(300, 40), face_at(0, 60), face_at(150, 90)};

TEST(Numbered, CountsFromTheLeftOrFromTheLargest) {
  EXPECT_EQ(numbered(kFaces, FaceOrder::kLeftToRight), (std::vector<std::size_t>{1, 2, 0}));
  EXPECT_EQ(numbered(kFaces, FaceOrder::kLargeToSmall), (std::vector<std::size_t>{2, 1, 0}));
}

TEST(NotChosen, NamesEveryFaceButTheOneAskedFor) {
  FusionOptions options;
  const auto chosen = [&]() {
    const auto why = not_chosen_because(kFaces, options);
    std::vector<int> out;
    for (std::size_t i = 0; i < why->size(); ++i) {
      if ((*why)[i].empty()) out.push_back(static_cast<int>(i));
    }
    return out;
  };
  EXPECT_EQ(chosen(), (std::vector<int>{0, 1, 2}));
  options.faces = FaceChoice::kLargest;
  EXPECT_EQ(chosen(), (std::vector<int>{2}));
  options.faces = FaceChoice::kNumber, options.face_number = 2;
  EXPECT_EQ(chosen(), (std::vector<int>{1}));
  options.faces = FaceChoice::kNear, options.near = {310, 60};
  EXPECT_EQ(chosen(), (std::vector<int>{0}));
}

TEST(NotChosen, SaysWhenThereAreTooFewFaces) {
  FusionOptions options;
  options.faces = FaceChoice::kNumber, options.face_number = 4;
  const auto why = not_chosen_because(kFaces, options);
  ASSERT_FALSE(why.ok());
  EXPECT_EQ(why.status().code(), Code::kNoFace);
  EXPECT_NE(why.status().message().find("face 4 was asked for, but the target has 3"), std::string::npos);
}

TEST(MatchPeople, GivesEachReferenceTheFaceThatLooksMostLikeIt) {
  const std::vector<std::optional<Identity>> faces = {person(1), person(2), std::nullopt, person(3)};
  const auto matches = match_people({person(3), person(1, 0.8f)}, faces, 0.35f);
  EXPECT_EQ(matches[0].face, 3);
  EXPECT_EQ(matches[1].face, 0);
  EXPECT_NEAR(matches[1].similarity, 0.8f, 1e-5f);
}

TEST(MatchPeople, AFaceIsGivenOnceAndToTheBetterReference) {
  const std::vector<std::optional<Identity>> faces = {person(1)};
  const auto matches = match_people({person(1, 0.6f), person(1, 0.9f)}, faces, 0.35f);
  EXPECT_EQ(matches[0].face, -1);
  EXPECT_EQ(matches[1].face, 0);
}

TEST(MatchPeople, BelowTheLimitNobodyIsFoundButTheBestIsTold) {
  const auto matches = match_people({person(1, 0.3f)}, {person(1), person(5)}, 0.35f);
  EXPECT_EQ(matches[0].face, -1);
  EXPECT_NEAR(matches[0].similarity, 0.3f, 1e-5f);
  EXPECT_EQ(match_people({person(1)}, {}, 0.35f)[0].similarity, -1);
}

}  // namespace
}  // namespace mien
