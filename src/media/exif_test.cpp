#include "media/exif.h"

#include <gtest/gtest.h>

#include <random>

#include "media/test_pictures.h"

namespace mien {
namespace {

using testing::make_exif;

TEST(Exif, GivesTheOrientationAndSetsItToOneInBothByteOrders) {
  for (const bool big_endian : {false, true}) {
    for (int orientation = 1; orientation <= 8; ++orientation) {
      Bytes tiff = make_exif(orientation, 40, 30, big_endian);
      EXPECT_EQ(normalise_exif(tiff), orientation);
      const bool swapped = orientation >= 5;
      EXPECT_EQ(tiff, make_exif(1, swapped ? 30 : 40, swapped ? 40 : 30, big_endian));
    }
  }
}

TEST(Exif, TreatsOrientationsOutsideOneToEightAsOne) {
  for (const int nonsense : {0, 9, 255}) {
    Bytes tiff = make_exif(nonsense, 40, 30);
    EXPECT_EQ(normalise_exif(tiff), 1);
    EXPECT_EQ(tiff, make_exif(1, 40, 30));
  }
}

TEST(Exif, TakesOutTheThumbnailBecauseItShowsTheOldPicture) {
  const Bytes thumbnail = to_bytes("THUMBNAIL-OF-THE-ORIGINAL-FACE");
  Bytes at_end = make_exif(3, 40, 30, false, thumbnail);
  Bytes in_between = at_end;
  in_between.push_back(7);  // something behind it, which has to stay where it is
  const std::size_t whole = in_between.size();
  EXPECT_EQ(normalise_exif(at_end), 3);
  EXPECT_EQ(normalise_exif(in_between), 3);
  EXPECT_FALSE(testing::contains(as_text(at_end), "ORIGINAL"));
  EXPECT_FALSE(testing::contains(as_text(in_between), "ORIGINAL"));
  EXPECT_EQ(at_end.size() + thumbnail.size() + 1, whole);
  ASSERT_EQ(in_between.size(), whole);
  EXPECT_EQ(in_between.back(), 7);
  Bytes again = at_end;
  EXPECT_EQ(normalise_exif(again), 1);
  EXPECT_EQ(again, at_end);
}

TEST(Exif, LeavesDamagedBlocksAsTheyAre) {
  for (Bytes damaged :
       {Bytes{}, to_bytes("II"), to_bytes("XX*"), to_bytes(std::string_view("II*\0\xff\xff\xff\xff", 8))}) {
    const Bytes before = damaged;
    EXPECT_EQ(normalise_exif(damaged), 1);
    EXPECT_EQ(damaged, before);
  }
}

TEST(Exif, SurvivesEveryCutAndManyFlippedBytes) {
  const Bytes whole = make_exif(6, 40, 30, true, to_bytes("thumbnail"));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    const int orientation = normalise_exif(cut);
    EXPECT_TRUE(orientation == 1 || orientation == 6);
    EXPECT_LE(cut.size(), length);
  }
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    Bytes flipped = whole;
    for (int n = 0; n < 3; ++n) flipped[random() % flipped.size()] = static_cast<std::uint8_t>(random());
    const int orientation = normalise_exif(flipped);
    ASSERT_GE(orientation, 1);
    ASSERT_LE(orientation, 8);
    ASSERT_LE(flipped.size(), whole.size());
  }
}

}  // namespace
}  // namespace mien
