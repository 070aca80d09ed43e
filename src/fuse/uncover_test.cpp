#include "fuse/uncover.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "core/polygon.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/outline.h"
#include "fuse/testing_faces.h"

namespace mien {
namespace {

using namespace testing_faces;

constexpr int kWidth = 400, kHeight = 420;

// Dark rings around both eyes, and a region map as the region network gives it: glasses as one fat patch over
// the eye band, eyeballs in it only where lenses are clear.
class Glasses : public testing::Test {
 protected:
  void SetUp() override {
    model_ = load_model();
    mesh_ = make_mesh(*model_, 200, 210, 14, 0, 0);
    bare_ = make_picture(kWidth, kHeight, PixelFormat::kRgba8, 1, 1.0f);
    worn_ = bare_.clone();
    for (int y = 0; y < kHeight; ++y)
      for (int x = 0; x < kWidth; ++x)
        if (is_frame(x, y)) std::fill_n(worn_.mutable_view().row(y) + 4 * x, 3, std::uint8_t{20});
  }

  Point2f eye(topology::Index iris) const { return {mesh_[iris].x, mesh_[iris].y}; }
  bool near_eye(int x, int y, float from, float to) const {
    for (const auto iris : {topology::kRightIris, topology::kLeftIris}) {
      const Point2f e = eye(iris);
      const float d = std::hypot(static_cast<float>(x) - e.x, static_cast<float>(y) - e.y);
      if (d >= from && d < to) return true;
    }
    return false;
  }
  bool is_frame(int x, int y) const { return near_eye(x, y, 26, 30); }
  // Lenses, bridge and temples, as the region network sees them.
  bool is_glasses(int x, int y) const {
    const bool is_temple = std::abs(static_cast<float>(y) - mesh_[topology::kRightIris].y) < 6 &&
                           static_cast<float>(x) > mesh_[234].x && static_cast<float>(x) < mesh_[454].x;
    return near_eye(x, y, 0, 34) || is_temple;
  }

  RegionMap regions(bool clear, bool any = true) const {
    RegionMap map;
    map.probability.resize(kRegionClasses, kHeight / 4, kWidth / 4);
    std::fill(map.probability.values.begin(), map.probability.values.end(), 0.0f);
    for (int y = 0; y < kHeight / 4; ++y) {
      for (int x = 0; x < kWidth / 4; ++x) {
        RegionClass kind = RegionClass::kSkin;
        if (any && is_glasses(4 * x + 2, 4 * y + 2)) kind = RegionClass::kOccluder;
        if (clear && near_eye(4 * x + 2, 4 * y + 2, 0, 12)) kind = RegionClass::kEyeball;
        map.probability.channel(static_cast<int>(kind))[y * (kWidth / 4) + x] = 1;
      }
    }
    map.map_from_frame = {0.25f, 0, -0.375f, 0, 0.25f, -0.375f};
    return map;
  }

  float value(const Plane& plane, float x, float y) const {
    return plane.row(static_cast<int>(y))[static_cast<int>(x)];
  }

  std::unique_ptr<FaceModel> model_;
  Mesh mesh_{};
  Image bare_, worn_;
};

TEST_F(Glasses, ClearLensesAreNoCoverButTheirFramesAre) {
  const Covers covers = find_covers(regions(true), {1, 0, 0, 0, 1, 0}, mesh_, worn_);
  const Point2f e = eye(topology::kRightIris);
  EXPECT_GT(value(covers.all, e.x, e.y + 28), 0.8f) << "frame below the eye";
  EXPECT_LT(value(covers.all, e.x, e.y + 17), 0.3f) << "skin behind the lens";
  EXPECT_LT(value(covers.solid, e.x, e.y + 28), 0.1f) << "a frame is nothing solid";
}

TEST_F(Glasses, LensesThatHideTheEyesAreSolid) {
  const Covers covers = find_covers(regions(false), {1, 0, 0, 0, 1, 0}, mesh_, worn_);
  const Point2f e = eye(topology::kRightIris);
  EXPECT_GT(value(covers.all, e.x, e.y + 17), 0.8f);
  EXPECT_GT(value(covers.solid, e.x, e.y + 17), 0.8f);
}

TEST_F(Glasses, AHandBesideAnOpenEyeStaysSolid) {
  RegionMap map = regions(true, false);
  const Point2f e = eye(topology::kRightIris);
  for (int y = 0; y < kHeight / 4; ++y) {
    for (int x = 0; x < static_cast<int>(e.x - 14) / 4; ++x) {
      for (int c = 0; c < kRegionClasses; ++c) map.probability.channel(c)[y * (kWidth / 4) + x] = 0;
      map.probability.channel(static_cast<int>(RegionClass::kOccluder))[y * (kWidth / 4) + x] = 1;
    }
  }
  const Covers covers = find_covers(map, {1, 0, 0, 0, 1, 0}, mesh_, bare_);
  EXPECT_GT(value(covers.all, e.x - 26, e.y + 10), 0.8f);
  EXPECT_GT(value(covers.solid, e.x - 26, e.y + 10), 0.8f);
}

class Uncover : public Glasses {
 protected:
  void SetUp() override {
    Glasses::SetUp();
    auto folder = ModelFolder::open(std::string(MIEN_SOURCE_DIR) + "/models");
    ASSERT_TRUE(folder.ok()) << folder.status().message();
    auto net = UncoverNet::load(*folder, 1);
    ASSERT_TRUE(net.ok()) << net.status().message();
    net_.emplace(std::move(*net));
  }
  Result<std::optional<UncoveredFace>> run(const RegionMap& regions) {
    return net_->run(worn_.view(), mesh_, regions, scratch_, nets_);
  }

  std::optional<UncoverNet> net_;
  UncoverScratch scratch_;
  NetScratch nets_;
};

TEST_F(Uncover, SkinAppearsWhereTheFrameWasAndTheRestStays) {
  const RegionMap map = regions(true);
  const auto face = run(map);
  ASSERT_TRUE(face.ok()) << face.status().message();
  ASSERT_TRUE(face->has_value());
  Image level = worn_.clone();
  take_out_covers(map, {1, 0, 0, 0, 1, 0}, mesh_, &**face, &level);
  double frame_error = 0, frame_before = 0, pixels = 0;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const std::uint8_t *now = level.view().row(y) + 4 * x, *bare = bare_.view().row(y) + 4 * x,
                         *worn = worn_.view().row(y) + 4 * x;
      if (is_frame(x, y)) {
        frame_error += std::abs(now[1] - bare[1]), frame_before += std::abs(worn[1] - bare[1]), ++pixels;
        if (static_cast<float>(y) > eye(topology::kRightIris).y)  // not above: there brows were guessed
          EXPECT_GT(now[3], 200) << "what is painted under a frame is trusted";
      } else if (!near_eye(x, y, 0, 50)) {
        const bool beside_the_eyes = std::abs(static_cast<float>(y) - eye(topology::kRightIris).y) < 50;
        ASSERT_NEAR(now[1], worn[1], beside_the_eyes ? 12 : 0) << x << ", " << y;
      }
    }
  }
  EXPECT_LT(frame_error / pixels, 0.35 * frame_before / pixels);
}

// A photo that was sharpened has a light line around a dark frame.
TEST_F(Uncover, NoRingIsLeftAroundAFrame) {
  const auto is_ring = [this](int x, int y) { return near_eye(x, y, 33, 35) && !near_eye(x, y, 0, 33); };
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kWidth; ++x)
      if (is_ring(x, y))
        for (int c = 0; c < 3; ++c) {
          std::uint8_t& v = worn_.mutable_view().row(y)[4 * x + c];
          v = static_cast<std::uint8_t>(std::min(255, v + 24));
        }
  const RegionMap map = regions(true);
  const auto face = run(map);
  ASSERT_TRUE(face.ok() && face->has_value());
  Image level = worn_.clone();
  take_out_covers(map, {1, 0, 0, 0, 1, 0}, mesh_, &**face, &level);
  double left = 0, before = 0;
  for (int y = static_cast<int>(eye(topology::kRightIris).y) + 15; y < kHeight;
       ++y)  // away from brows and lids
    for (int x = 0; x < kWidth; ++x) {
      if (!is_ring(x, y)) continue;
      const int bare = bare_.view().row(y)[4 * x + 1];
      before += worn_.view().row(y)[4 * x + 1] - bare, left += level.view().row(y)[4 * x + 1] - bare;
    }
  EXPECT_LT(left, 0.36 * before);
}

// What the network painted where frames hide the brows is a guess: trusted by half, unless it is dark.
TEST_F(Glasses, PaleBrowsThatWerePaintedAreHalfTrusted) {
  const auto trust_in_brows = [this](std::uint8_t skin, std::uint8_t brow) {
    UncoveredFace face{Image(kWidth, kHeight, PixelFormat::kRgba8), {1, 0, 0, 0, 1, 0}, true};
    Plane brows;
    brows.resize(kWidth, kHeight), brows.fill(0);
    std::vector<Point2f> right = outline(mesh_, topology::kRightBrow),
                         left = outline(mesh_, topology::kLeftBrow);
    fill_polygon(right, &brows), fill_polygon(left, &brows);
    Image level = bare_.clone();
    for (std::size_t i = 0; i < brows.size(); ++i) {
      std::uint8_t *p = face.colours.mutable_view().data + 4 * i, *q = level.mutable_view().data + 4 * i;
      const bool is_brow = brows.values[i] > 0;
      std::fill_n(p, 3, is_brow ? brow : skin), p[3] = is_brow ? 255 : 0;
      std::fill_n(q, 3, skin), q[3] = 255;
    }
    take_out_covers(regions(true, false), {1, 0, 0, 0, 1, 0}, mesh_, &face, &level);
    Point2f middle{};
    for (const Point2f& p : right) middle.x += p.x, middle.y += p.y;
    const auto n = static_cast<float>(right.size());
    return level.view().row(static_cast<int>(middle.y / n))[4 * static_cast<int>(middle.x / n) + 3];
  };
  EXPECT_NEAR(trust_in_brows(160, 155), 255 * 0.4f, 40);
  EXPECT_EQ(trust_in_brows(160, 90), 255);
}

TEST_F(Glasses, BesideAnyHairOnTheForeheadNothingIsTrusted) {
  RegionMap map = regions(false, false);
  const Point3f top = mesh_[topology::kForeheadTop];
  const float width = face_width_px(mesh_), edge = top.x + 0.32f * width;  // too little for a fringe
  const int w = kWidth / 4;
  for (int y = 0; y < kHeight / 4; ++y) {
    for (int x = 0; x < w; ++x) {
      if (static_cast<float>(4 * x + 2) < edge) continue;
      map.probability.channel(static_cast<int>(RegionClass::kSkin))[y * w + x] = 0;
      map.probability.channel(static_cast<int>(RegionClass::kHair))[y * w + x] = 1;
    }
  }
  Image level(kWidth, kHeight, PixelFormat::kRgba8);
  std::memset(level.mutable_view().data, 255, std::size_t{4} * kWidth * kHeight);
  distrust_fringe(map, {1, 0, 0, 0, 1, 0}, mesh_, &level);
  const auto trust = [&](float x, float y) {
    return level.view().row(static_cast<int>(y))[4 * static_cast<int>(x) + 3];
  };
  const float forehead = top.y + 0.13f * width, cheek = mesh_[topology::kNoseTip].y;
  EXPECT_LT(trust(edge - 0.01f * width, forehead), 100);
  EXPECT_EQ(trust(top.x, forehead), 255);
  EXPECT_EQ(trust(edge - 0.01f * width, cheek), 255) << "not below the brows";
}

// The region network takes a scarf's edge for skin; further inside red is blush.
TEST_F(Glasses, BesideAScarfWhatHasItsColourIsCovered) {
  RegionMap map = regions(false, false);
  const float width = face_width_px(mesh_), left = mesh_[234].x, cheek = mesh_[topology::kNoseTip].y;
  const int w = kWidth / 4;
  for (int y = 0; y < kHeight / 4; ++y) {
    for (int x = 0; x < w && static_cast<float>(4 * x + 4) < left; ++x) {
      map.probability.channel(static_cast<int>(RegionClass::kSkin))[y * w + x] = 0;
      map.probability.channel(static_cast<int>(RegionClass::kOccluder))[y * w + x] = 1;
    }
  }
  Image level = bare_.clone();
  const auto redden = [&](float from, float to) {
    for (int y = 0; y < kHeight; ++y)
      for (auto x = static_cast<int>(from); x < static_cast<int>(to); ++x) {
        std::uint8_t* p = level.mutable_view().row(y) + 4 * x;
        p[0] = 190, p[1] = 30, p[2] = 50;
      }
  };
  redden(0, left + 0.08f * width), redden(mesh_[topology::kNoseTip].x, mesh_[topology::kNoseTip].x + 8);
  const Covers covers = find_covers(map, {1, 0, 0, 0, 1, 0}, mesh_, level);
  EXPECT_GT(value(covers.all, left + 0.05f * width, cheek), 0.9f);
  EXPECT_LT(value(covers.all, left + 0.2f * width, cheek), 0.1f);
  EXPECT_LT(value(covers.all, mesh_[topology::kNoseTip].x + 4, cheek), 0.1f);
}

// It is kept in the cache, which promises to hold no photo.
TEST_F(Uncover, HoldsNothingOfThePhotoWhereNothingWasPainted) {
  const auto face = run(regions(true));
  ASSERT_TRUE(face.ok() && face->has_value());
  const ImageView colours = (*face)->colours.view();
  const auto is_painted = [&](int x, int y) { return colours.row(y)[4 * x + 3] > 0; };
  int empty = 0;
  for (int y = 1; y + 1 < colours.height; ++y) {
    for (int x = 1; x + 1 < colours.width; ++x) {
      bool near = false;
      for (int v = -1; v <= 1; ++v)
        for (int u = -1; u <= 1; ++u) near = near || is_painted(x + u, y + v);
      const std::uint8_t* p = colours.row(y) + 4 * x;
      if (!near) ASSERT_EQ(p[0] + p[1] + p[2], 0) << x << ", " << y;
      empty += !near;
    }
  }
  EXPECT_GT(empty, colours.width * colours.height / 4);
}

TEST_F(Uncover, FindsTheFrameAndNotTheSkinBehindTheLens) {
  const auto glasses = net_->find_glasses(worn_.view(), mesh_, regions(true), scratch_, nets_);
  ASSERT_TRUE(glasses.ok()) << glasses.status().message();
  ASSERT_TRUE(glasses->has_value());
  Plane seen;
  (*glasses)->sample({1, 0, 0, 0, 1, 0}, kWidth, kHeight, &seen);
  const Point2f e = eye(topology::kRightIris);
  EXPECT_GT(value(seen, e.x, e.y + 28), 0.7f);
  EXPECT_LT(value(seen, e.x, e.y + 17), 0.4f);
  EXPECT_EQ(value(seen, 200, 330), 0) << "the chin";
}

TEST_F(Uncover, NobodyIsGivenGlasses) {
  worn_ = bare_.clone();
  const auto glasses = net_->find_glasses(worn_.view(), mesh_, regions(true, false), scratch_, nets_);
  ASSERT_TRUE(glasses.ok());
  EXPECT_FALSE(glasses->has_value());
}

TEST_F(Uncover, AFaceThatNothingCoversIsLeftAlone) {
  worn_ = bare_.clone();
  const auto face = run(regions(true, false));
  ASSERT_TRUE(face.ok()) << face.status().message();
  EXPECT_FALSE(face->has_value());
}

TEST_F(Uncover, MeshesThatAreNoNumbersGiveNothing) {
  mesh_[10].x = std::nanf("");
  const auto face = run(regions(true));
  ASSERT_TRUE(face.ok());
  EXPECT_FALSE(face->has_value());
}

// Figures of photos: rims and half rims, thin and rimless glasses; shadows of dark brows and noses.
TEST(LookLikeGlasses, TellsThinFramesFromShadowsOnDarkSkin) {
  constexpr float kBetween = 114, kLight = 150, kDark = 95;
  EXPECT_TRUE(look_like_glasses(0.158f, 0.685f, 0.123f, kDark));
  EXPECT_TRUE(look_like_glasses(0.0049f, 0.301f, 0.036f, kBetween));
  EXPECT_TRUE(look_like_glasses(0.0032f, 0.173f, 0.050f, kLight));
  EXPECT_TRUE(look_like_glasses(0.0116f, 0.106f, 0.031f, kDark));
  EXPECT_FALSE(look_like_glasses(0.0013f, 0.324f, 0.036f, kDark)) << "once a box between brows";
  EXPECT_FALSE(look_like_glasses(0.0010f, 0.226f, 0.045f, kBetween));
  EXPECT_FALSE(look_like_glasses(0.0059f, 0.177f, 0.015f, kDark)) << "a dark face in black and white";
  EXPECT_FALSE(look_like_glasses(0.0011f, 0.026f, 0.038f, kLight));
  EXPECT_TRUE(look_like_glasses(0.0010f, 0.350f, 0.090f, kDark))
      << "large ones that the region network does not know";
  EXPECT_FALSE(look_like_glasses(0.0050f, 0.050f, 0.040f, kLight))
      << "spots that do not lie where glasses do";
}

TEST(LookLikeGlasses, AsksForLessOnLightFacesAndForMoreOnDarkOnes) {
  for (const float light : {121.0f, 150.0f}) {
    EXPECT_TRUE(look_like_glasses(0.0016f, 0.138f, 0.0146f, light)) << "rimless";
    EXPECT_TRUE(look_like_glasses(0.0082f, 0.121f, 0.0066f, light)) << "rimless, thin";
    EXPECT_FALSE(look_like_glasses(0.0039f, 0.119f, 0.0268f, light)) << "hard shadows of an old face";
    EXPECT_FALSE(look_like_glasses(0.0008f, 0.075f, 0.0089f, light));
  }
  for (const float dark : {75.0f, 104.0f}) {
    EXPECT_TRUE(look_like_glasses(0.0033f, 0.419f, 0.055f, dark)) << "thin rims";
    EXPECT_TRUE(look_like_glasses(0.0055f, 0.316f, 0.070f, dark));
    EXPECT_FALSE(look_like_glasses(0.0065f, 0.248f, 0.043f, dark)) << "deep eyes";
    EXPECT_FALSE(look_like_glasses(0.0064f, 0.165f, 0.049f, dark)) << "a shadow between brows";
    EXPECT_FALSE(look_like_glasses(0.0020f, 0.138f, 0.0146f, dark));
  }
}

}  // namespace
}  // namespace mien
