#include "pipeline/find_faces.h"

#include <gtest/gtest.h>

namespace mien {
namespace {

Face at(float x, float y, float side, float score) {
  Face face;
  face.box = {x, y, x + side, y + side};
  face.score = score;
  return face;
}

TEST(WithoutNested, AWeakerFaceInsideAnotherIsTheSameFace) {
  const auto kept = without_nested({at(60, 110, 100, 0.7f), at(0, 0, 200, 0.9f)});
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].box.width(), 200);
}

TEST(WithoutNested, PeopleWhoseBoxesOverlapStay) {
  EXPECT_EQ(without_nested({at(0, 0, 100, 0.9f), at(50, 0, 100, 0.8f), at(160, 20, 40, 0.5f)}).size(), 3u);
}

TEST(WithoutNested, NoFacesAreNoTrouble) { EXPECT_TRUE(without_nested({}).empty()); }

}  // namespace
}  // namespace mien
