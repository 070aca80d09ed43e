#include "fuse/texture.h"

#include "core/polygon.h"
#include "face/crop.h"
#include "face/mirror.h"
#include "face/seen_share.h"
#include "fuse/covers.h"
#include "fuse/eyes.h"
#include "fuse/outline.h"
#include "fuse/testing_faces.h"
#include "fuse/warp.h"

namespace mien {
namespace {

using namespace testing_faces;

TEST(Texture, FrontalFaceUsesItsOwnPixelsEverywhere) {
  const auto model = load_model();
  const Mesh mesh = make_mesh(*model, 200, 210, 14, 0, 0);
  const Image photo = make_portrait(*model, mesh, 400, 420, 1);
  const SourceTexture texture = make_texture(photo.view(), mesh, model->triangles(), nullptr);
  EXPECT_FALSE(texture.uses_mirror);
  EXPECT_TRUE(texture.right_eye_open && texture.left_eye_open);
  // Level 0 holds the photo's own pixels.
  const int x = static_cast<int>(mesh[4].x), y = static_cast<int>(mesh[4].y);
  const float dx = texture.mesh[4].x - mesh[4].x, dy = texture.mesh[4].y - mesh[4].y;
  const std::uint8_t* p = texture.levels[0].view().row(y + static_cast<int>(std::lround(dy))) +
                          4 * (x + static_cast<int>(std::lround(dx)));
  for (int c = 0; c < 3; ++c) EXPECT_EQ(p[c], photo.view().row(y)[3 * x + c]);
}

TEST(Texture, TurnedFaceTakesItsFarSideFromTheNearOne) {
  const auto model = load_model();
  const Image photo = make_picture(400, 420, PixelFormat::kRgb8, 1, 1.0f);
  // Positive yaw: the person looks to the picture's right, so the picture's right half is turned away.
  const SourceTexture right =
      make_texture(photo.view(), make_mesh(*model, 200, 210, 14, 45, 0), model->triangles(), nullptr);
  const SourceTexture left =
      make_texture(photo.view(), make_mesh(*model, 200, 210, 14, -45, 0), model->triangles(), nullptr);
  EXPECT_TRUE(right.uses_mirror && left.uses_mirror);
  EXPECT_LT(right.own_share[454], 0.1f);
  EXPECT_GT(right.own_share[234], 0.9f);
  EXPECT_LT(left.own_share[234], 0.1f);
  EXPECT_GT(left.own_share[454], 0.9f);
}

// A lamp from the side leaves noise and edges of shadow where it does not reach; the lit side is better
// there. A gaze stays what it is.
Image picture_lit_from_the_left() {
  Image photo = make_picture(400, 420, PixelFormat::kRgb8, 1, 0.7f);
  for (int y = 0; y < 420; ++y) {
    for (int x = 0; x < 3 * 400; ++x) {
      std::uint8_t& v = photo.mutable_view().row(y)[x];
      v = static_cast<std::uint8_t>(v *
                                    std::exp(-0.7f * std::tanh((static_cast<float>(x / 3) - 199.5f) / 40)));
    }
  }
  return photo;
}

TEST(Texture, DeepShadowTakesTheLitSideButForTheEyes) {
  const auto model = load_model();
  const Mesh mesh = make_mesh(*model, 200, 210, 14, 0, 0);
  const Image photo = picture_lit_from_the_left();
  const SourceTexture texture = make_texture(photo.view(), mesh, model->triangles(), nullptr);
  constexpr int kLeftCheek = 425, kRightCheek = 205, kLeftOuterCorner = 263;
  EXPECT_TRUE(texture.uses_mirror);
  EXPECT_LT(texture.own_share[kLeftCheek], 0.2f);
  EXPECT_EQ(texture.own_share[kRightCheek], 1);
  EXPECT_GT(texture.own_share[kLeftOuterCorner], 0.5f);
}

// Among points in shadow that take the lit side a single one that does not would be a dark spot.
TEST(Texture, ShadowOnTheNoseIsMirroredWhereTheLitSideIsSeenAtAnAngle) {
  const auto model = load_model();
  const Mesh mesh = make_mesh(*model, 200, 210, 14, -6, 0);
  const SourceTexture texture =
      make_texture(picture_lit_from_the_left().view(), mesh, model->triangles(), nullptr);
  constexpr int kLeftWing = 279, kRightWing = 49, kAbove = 360;
  const auto n_z = facing(mesh, model->triangles());
  ASSERT_GT(n_z[kRightWing], 0.08f);
  ASSERT_LT(n_z[kRightWing], 0.2f);
  EXPECT_LT(texture.own_share[kAbove], 0.6f);
  EXPECT_LT(texture.own_share[kLeftWing], 0.6f);
}

// The head looks to the picture's left: the right half is the near one, the left rim is hidden.
TEST(Texture, ADarkRimWhoseMirrorImageIsHiddenIsNotTrusted) {
  const auto model = load_model();
  const Mesh mesh = make_mesh(*model, 200, 210, 14, -35, 0);
  const auto trust_of_rim = [&](const Image& photo) {
    const SourceTexture texture = make_texture(photo.view(), mesh, model->triangles(), nullptr);
    const auto n_z = facing(texture.mesh, model->triangles());
    float most = 0;
    int count = 0;
    for (const topology::Index i : {454, 323, 361, 288, 397, 365}) {  // the near cheek's rim
      if (n_z[i] < 0.2f || n_z[mirror_point(i)] > 0.05f) continue;
      const Point3f& p = texture.mesh[i];
      most = std::max(most, static_cast<float>(texture.levels[0].view().row(
                                static_cast<int>(p.y))[4 * static_cast<int>(p.x) + 3]));
      ++count;
    }
    EXPECT_GT(count, 2);
    return most;
  };
  EXPECT_EQ(trust_of_rim(make_picture(400, 420, PixelFormat::kRgb8, 1, 0.7f)), 255);
  EXPECT_LT(trust_of_rim(picture_lit_from_the_left()), 150);
}

// The near side of a turned nose in shadow, its far side lit: each would be the other's mirror image.
TEST(Texture, ASideThatStandsInForTheOtherKeepsItsOwnPixels) {
  const auto model = load_model();
  const Mesh mesh = make_mesh(*model, 200, 210, 14, -28, 0);  // the picture's right half is the near one
  const SourceTexture texture =
      make_texture(picture_lit_from_the_left().view(), mesh, model->triangles(), nullptr);
  int turned = 0;
  for (const topology::Index i : {49, 131, 134, 198, 236, 3, 51, 45}) {  // the nose's far side
    if (texture.own_share[i] > 0.2f) continue;
    ++turned;
    EXPECT_GT(texture.own_share[mirror_point(i)], 0.7f) << i;
  }
  EXPECT_GT(turned, 2);
}

TEST(Texture, LargeFaceIsLimitedAndSmallOneKept) {
  const auto model = load_model();
  const Image photo = make_picture(2400, 2500, PixelFormat::kBgr8, 1, 1.0f);
  const Mesh large = make_mesh(*model, 1200, 1250, 110, 0, 0), small = make_mesh(*model, 300, 300, 5, 0, 0);
  const SourceTexture a = make_texture(photo.view(), large, model->triangles(), nullptr),
                      b = make_texture(photo.view(), small, model->triangles(), nullptr);
  EXPECT_NEAR(face_width_px(a.mesh), SourceTexture::kLargestFacePx, 2.0f);
  EXPECT_NEAR(face_width_px(b.mesh), face_width_px(small), 1e-3f);
}

TEST(Texture, MeshOutsideOfThePhotoStillGivesATexture) {
  const auto model = load_model();
  const Image photo = make_picture(50, 40, PixelFormat::kGray8, 1, 1.0f);
  for (const auto& [x, y] : {std::pair{-900.0f, 20.0f}, {20.0f, 5000.0f}, {25.0f, -70.0f}}) {
    const SourceTexture texture =
        make_texture(photo.view(), make_mesh(*model, x, y, 6, 10, 0), model->triangles(), nullptr);
    ASSERT_FALSE(texture.levels.empty());
    EXPECT_GE(texture.levels.back().width(), 1);
  }
}

// A region map over the whole photo that says skin, but for a box (photo pixels) of something else.
RegionMap regions_with_box(int width, int height, float x0, float y0, float x1, float y1,
                           RegionClass box = RegionClass::kOccluder) {
  RegionMap map;
  map.probability.resize(kRegionClasses, 100, 100);
  std::fill(map.probability.values.begin(), map.probability.values.end(), 0.0f);
  for (int y = 0; y < 100; ++y) {
    for (int x = 0; x < 100; ++x) {
      const float px = (static_cast<float>(x) + 0.5f) * static_cast<float>(width) / 100,
                  py = (static_cast<float>(y) + 0.5f) * static_cast<float>(height) / 100;
      const bool covered = px > x0 && px < x1 && py > y0 && py < y1;
      map.probability.channel(static_cast<int>(covered ? box : RegionClass::kSkin))[y * 100 + x] = 1;
    }
  }
  const float kx = 100 / static_cast<float>(width), ky = 100 / static_cast<float>(height);
  map.map_from_frame = {kx, 0, 0.5f * kx - 0.5f, 0, ky, 0.5f * ky - 0.5f};
  return map;
}

const std::uint8_t* pixel_at(const SourceTexture& texture, int point) {
  const Point3f& p = texture.mesh[point];
  return texture.levels[0].view().row(static_cast<int>(p.y)) + 4 * static_cast<int>(p.x);
}

TEST(Texture, ThinCoverIsFilledWithTheSkinAround) {
  const auto model = load_model();
  const Mesh mesh = make_mesh(*model, 200, 210, 14, 0, 0);
  Image photo = make_picture(400, 420, PixelFormat::kRgb8, 1, 1.0f);
  const int y = static_cast<int>(mesh[4].y);
  for (int row = y - 1; row < y + 2; ++row) std::fill_n(photo.mutable_view().row(row), 1200, std::uint8_t{0});
  const RegionMap regions =
      regions_with_box(400, 420, 0, static_cast<float>(y - 3), 400, static_cast<float>(y + 3));
  const SourceTexture texture = make_texture(photo.view(), mesh, model->triangles(), &regions);
  EXPECT_GT(pixel_at(texture, 4)[0], 150);
  EXPECT_GT(pixel_at(texture, 4)[3], 200);
}

TEST(Texture, WideCoverOnOneSideIsNotTrustedAndTheOtherSideTakesOver) {
  const auto model = load_model();
  const Mesh mesh = make_mesh(*model, 200, 210, 14, 0, 0);
  const Image photo = make_picture(400, 420, PixelFormat::kRgb8, 1, 1.0f);
  const RegionMap regions = regions_with_box(400, 420, 230, 150, 400, 420);
  const SourceTexture texture = make_texture(photo.view(), mesh, model->triangles(), &regions);
  constexpr int kLeftCheek = 425, kRightCheek = 205;
  EXPECT_LT(pixel_at(texture, kLeftCheek)[3], 30);
  EXPECT_EQ(pixel_at(texture, kRightCheek)[3], 255);
  EXPECT_LT(texture.own_share[kLeftCheek], 0.1f);
  EXPECT_GT(texture.own_share[kRightCheek], 0.9f);
}

TEST(Texture, WallBesideACoverIsNoSkinEvenWhereTheRegionsSaySo) {
  const auto model = load_model();
  const Mesh mesh = make_mesh(*model, 200, 210, 14, 0, 0);
  Image photo = make_picture(400, 420, PixelFormat::kRgb8, 1, 0.8f);
  const int edge = static_cast<int>(mesh[234].x) + 8, y = static_cast<int>(mesh[234].y) + 5;
  for (int row = y - 20; row < y + 20; ++row)
    std::fill_n(photo.mutable_view().row(row) + 3 * edge, 3 * 8, std::uint8_t{250});
  const RegionMap regions =
      regions_with_box(400, 420, 0, 0, static_cast<float>(edge), 420, RegionClass::kHair);
  const SourceTexture texture = make_texture(photo.view(), mesh, model->triangles(), &regions);
  const int x = edge + 4 + static_cast<int>(std::lround(texture.mesh[234].x - mesh[234].x)),
            row = y + static_cast<int>(std::lround(texture.mesh[234].y - mesh[234].y));
  EXPECT_LT(texture.levels[0].view().row(row)[4 * x + 2],
            180);  // skin's blue is below 110, the wall's is 250
}

// The regions took the lower edge of a red scarf for skin; on another face it was a stain.
TEST(Texture, ColouredClothIsNoSkinEvenWhereTheRegionsSaySo) {
  const auto model = load_model();
  const Mesh mesh = make_mesh(*model, 200, 210, 14, 0, 0);
  Image photo = make_picture(400, 420, PixelFormat::kRgb8, 1, 0.8f);
  const int x0 = static_cast<int>(mesh[361].x) - 14, y = static_cast<int>(mesh[361].y);
  for (int row = y - 30; row < y + 60; ++row)
    for (int x = x0; x < 400; ++x) {
      std::uint8_t* p = photo.mutable_view().row(row) + 3 * x;
      p[0] = 110, p[1] = 15, p[2] = 30;
    }
  const RegionMap regions = regions_with_box(400, 420, 0, 0, 0, 0);
  const SourceTexture texture = make_texture(photo.view(), mesh, model->triangles(), &regions);
  const std::uint8_t* p = pixel_at(texture, 361) - 4 * 6;
  EXPECT_GT(p[1], 60) << "skin's green, not the cloth's";
  EXPECT_LT(p[3], 200);
}

// Red lips towards the edge of a turned face are no cloth.
TEST(Texture, RedLipsOfATurnedFaceStay) {
  const auto model = load_model();
  const Mesh mesh = make_mesh(*model, 200, 210, 14, 40, 0);
  Image photo = make_picture(400, 420, PixelFormat::kRgb8, 1, 0.8f);
  Plane lips;
  lips.resize(400, 420), lips.fill(0);
  fill_polygon(outline(mesh, topology::kOuterLips), &lips);
  RegionMap regions = regions_with_box(400, 420, 0, 0, 0, 0);
  for (int y = 0; y < 420; ++y)
    for (int x = 0; x < 400; ++x) {
      if (!(lips.row(y)[x] > 0)) continue;
      std::uint8_t* p = photo.mutable_view().row(y) + 3 * x;
      p[0] = 170, p[1] = 30, p[2] = 50;
      const int cell = (y * 100 / 420) * 100 + x / 4;
      regions.probability.channel(static_cast<int>(RegionClass::kSkin))[cell] = 0;
      regions.probability.channel(static_cast<int>(RegionClass::kLip))[cell] = 1;
    }
  const SourceTexture texture = make_texture(photo.view(), mesh, model->triangles(), &regions);
  for (const int lip : {topology::kMouthCorners[0], topology::kMouthCorners[1], topology::Index{0}, 17})
    EXPECT_GT(pixel_at(texture, lip)[3], 240) << lip;
}

// A fringe's strands reach further than the region network sees; a hair line's do not.
TEST(Texture, ForeheadBelowAFringeIsNotTrusted) {
  const auto model = load_model();
  const Mesh mesh = make_mesh(*model, 200, 210, 14, 0, 0);
  const Image photo = make_picture(400, 420, PixelFormat::kRgb8, 1, 0.7f);
  constexpr int kTop = 10, kForehead = 151, kAboveBridge = 9, kCheek = 205;
  const auto with_hair_down_to = [&](float y) {
    const RegionMap regions = regions_with_box(400, 420, 0, 0, 400, y, RegionClass::kHair);
    return make_texture(photo.view(), mesh, model->triangles(), &regions);
  };
  const float room = 0.04f * face_width_px(mesh);
  const SourceTexture line = with_hair_down_to(mesh[kTop].y + room),
                      fringe = with_hair_down_to(0.5f * (mesh[kForehead].y + mesh[kAboveBridge].y));
  EXPECT_EQ(pixel_at(line, kAboveBridge)[3], 255);
  EXPECT_LT(pixel_at(fringe, kAboveBridge)[3], 80);
  EXPECT_EQ(pixel_at(fringe, kCheek)[3], 255);
}

// The source's forehead above the mesh goes onto the target's, too.
TEST(Texture, ForeheadBesideHairIsNotTrustedAboveTheMeshEither) {
  const auto model = load_model();
  const Mesh mesh = make_mesh(*model, 200, 240, 14, 0, 0);
  const Image photo = make_picture(400, 420, PixelFormat::kRgb8, 1, 0.7f);
  const float width = face_width_px(mesh), hair = mesh[topology::kForeheadTop].y - 0.15f * width;
  const RegionMap regions = regions_with_box(400, 420, 0, 0, 400, hair, RegionClass::kHair);
  const SourceTexture texture = make_texture(photo.view(), mesh, model->triangles(), &regions);
  const auto trust = [&](float below_hair) {
    const float x = texture.mesh[topology::kForeheadTop].x,
                y = texture.mesh[topology::kForeheadTop].y - 0.15f * width + below_hair * width;
    return texture.levels[0].view().row(static_cast<int>(y))[4 * static_cast<int>(x) + 3];
  };
  EXPECT_LT(trust(0.02f), 160);
  EXPECT_LT(trust(0.05f), 230);  // beyond the hair's own edge
  EXPECT_EQ(trust(0.12f), 255);
}

// Where trust fades out, hair must not fade in.
TEST(FillUntrusted, TheLessAPixelIsTrustedTheMoreItsColourIsThatOfTheSkinBeside) {
  const auto model = load_model();
  const Mesh mesh = make_mesh(*model, 200, 210, 14, 0, 0);
  Image level(400, 420, PixelFormat::kRgba8);
  constexpr int kHairEnds = 150, kHair = 20, kSkin = 200, kTrust = 60;
  for (int y = 0; y < 420; ++y) {
    for (int x = 0; x < 400; ++x) {
      std::uint8_t* p = level.mutable_view().row(y) + 4 * x;
      std::fill_n(p, 3, y < kHairEnds ? kHair : kSkin);
      p[3] = y < kHairEnds ? kTrust : 255;
    }
  }
  fill_untrusted(mesh, &level);
  const int x = static_cast<int>(mesh[topology::kForeheadTop].x);
  EXPECT_NEAR(level.view().row(kHairEnds - 2)[4 * x], kSkin + kTrust * (kHair - kSkin) / 255, 3);
  EXPECT_EQ(level.view().row(kHairEnds - 2)[4 * x + 3], kTrust);
  EXPECT_EQ(level.view().row(kHairEnds + 2)[4 * x], kSkin);
}

// The mesh's lips are a little off a wide smile's.
TEST(Texture, TeethBeyondTheMeshsMouthGetTheLipsColour) {
  const auto model = load_model();
  const Mesh mesh = make_mesh(*model, 200, 210, 14, 0, 0);
  Image photo = make_picture(400, 420, PixelFormat::kRgb8, 1, 0.7f);
  const Point3f &inner = mesh[topology::kLowerInnerLip], &right = mesh[61], &left = mesh[291];
  const float x0 = right.x, x1 = left.x, y0 = inner.y + 1, y1 = inner.y + 5, y2 = inner.y + 16;
  for (int y = static_cast<int>(y0); y < static_cast<int>(y1); ++y)
    std::fill_n(photo.mutable_view().row(y) + 3 * static_cast<int>(x0), 3 * static_cast<int>(x1 - x0),
                std::uint8_t{250});
  RegionMap regions = regions_with_box(400, 420, x0, y1, x1, y2, RegionClass::kLip);
  const RegionMap teeth = regions_with_box(400, 420, x0, y0, x1, y1, RegionClass::kInnerMouth);
  for (int c = 0; c < kRegionClasses; ++c)
    for (std::size_t i = 0;
         i < static_cast<std::size_t>(regions.probability.width) * regions.probability.height; ++i)
      if (teeth.probability.channel(static_cast<int>(RegionClass::kInnerMouth))[i] > 0)
        regions.probability.channel(c)[i] = teeth.probability.channel(c)[i];
  const SourceTexture with = make_texture(photo.view(), mesh, model->triangles(), &regions);
  const int x = static_cast<int>(std::lround(with.mesh[topology::kLowerInnerLip].x)),
            y = static_cast<int>(std::lround(with.mesh[topology::kLowerInnerLip].y)) + 3;
  EXPECT_LT(with.levels[0].view().row(y)[4 * x + 2], 180);  // skin's blue is below 110, teeth's is 250
}

TEST(EyeOpenings, SeparateOpenFromClosed) {
  const auto model = load_model();
  Mesh mesh = make_mesh(*model, 200, 210, 14, 0, 0);
  EXPECT_GT(eye_openings(mesh)[0], 0.2f);
  mesh[159] = mesh[145];
  EXPECT_LT(eye_openings(mesh)[0], kClosedEyeOpening);
  EXPECT_GT(eye_openings(mesh)[1], 0.2f);
}

// Regions of which the eyeballs fill a share of the mesh's eyes, from below; skin for the rest.
RegionMap regions_with_eyes(const Mesh& mesh, int side, float right_share, float left_share) {
  RegionMap map;
  map.probability.resize(kRegionClasses, side, side);
  std::fill(map.probability.values.begin(), map.probability.values.end(), 0.0f);
  std::fill_n(map.probability.channel(static_cast<int>(RegionClass::kSkin)), side * side, 1.0f);
  float* eyeball = map.probability.channel(static_cast<int>(RegionClass::kEyeball));
  const int middle = static_cast<int>(mesh[topology::kBridge].x);
  for (const auto& eye : {topology::kRightEye, topology::kLeftEye}) {
    const bool is_right = mesh[eye[0]].x < mesh[topology::kBridge].x;
    const float share = is_right ? right_share : left_share;
    float top = 1e9f, bottom = 0;
    for (const topology::Index i : eye) top = std::min(top, mesh[i].y), bottom = std::max(bottom, mesh[i].y);
    for (int y = static_cast<int>(bottom - share * (bottom - top)); y <= static_cast<int>(bottom) + 1; ++y)
      for (int x = is_right ? 0 : middle; x < (is_right ? middle : side); ++x) eyeball[y * side + x] = 1;
  }
  return map;
}

RegionMap regions_with_eyes(const Mesh& mesh, int side, float share) {
  return regions_with_eyes(mesh, side, share, share);
}

TEST(SeenEyeball, IsTheShareOfTheMeshsEyeThatTheRegionsTakeForOne) {
  const auto model = load_model();
  const Mesh mesh = make_mesh(*model, 200, 210, 14, 0, 0);
  for (const auto& eye : {topology::kRightEye, topology::kLeftEye}) {
    EXPECT_GT(*seen_share(regions_with_eyes(mesh, 400, 1.2f), {RegionClass::kEyeball}, mesh, eye), 0.95f);
    EXPECT_LT(*seen_share(regions_with_eyes(mesh, 400, 0.3f), {RegionClass::kEyeball}, mesh, eye),
              kSeenEyeball - 0.1f);
  }
}

TEST(SeenEyeball, OfAFaceWhoseEyesAreNarrowerThanTheMeshSaysTheTargetsAreShown) {
  const auto model = load_model();
  const Mesh mesh = make_mesh(*model, 200, 210, 14, 0, 0);
  const Image photo = make_picture(400, 420, PixelFormat::kRgb8, 3, 0.8f);
  const auto open = [&](float right, float left) {
    const RegionMap regions = regions_with_eyes(mesh, 400, right, left);
    return make_texture(photo.view(), mesh, model->triangles(), &regions);
  };
  const SourceTexture wide = open(1.2f, 1.2f), narrow = open(0.3f, 0.3f);
  EXPECT_TRUE(wide.right_eye_open && wide.left_eye_open);
  EXPECT_FALSE(narrow.right_eye_open || narrow.left_eye_open);
  // One eye of which a little less is seen, the other one for sure: both. A wink: one.
  const float little =
      *seen_share(regions_with_eyes(mesh, 400, 0.4f), {RegionClass::kEyeball}, mesh, topology::kRightEye);
  ASSERT_GT(little, kHardlySeenEyeball);
  ASSERT_LT(little, kSeenEyeball);
  const SourceTexture uneven = open(0.4f, 1.2f), wink = open(0.2f, 1.2f), small = open(0.4f, 0.4f);
  EXPECT_TRUE(uneven.right_eye_open && uneven.left_eye_open);
  EXPECT_TRUE(!wink.right_eye_open && wink.left_eye_open);
  EXPECT_FALSE(small.right_eye_open || small.left_eye_open);
  // Regions that know nothing of eyes say nothing about them.
  const RegionMap without = regions_with_box(400, 420, 0, 0, 1, 1, RegionClass::kHair);
  const SourceTexture unknown = make_texture(photo.view(), mesh, model->triangles(), &without);
  EXPECT_TRUE(unknown.right_eye_open && unknown.left_eye_open);
}

TEST(ChooseEyes, TheSourcesOnlyWhereTheyFillTheTargetsOpening) {
  const auto model = load_model();
  const Mesh mesh = make_mesh(*model, 200, 210, 14, 0, 0);
  SourceTexture texture;
  texture.mesh = mesh;
  const auto chosen = [&](const Mesh& target, float least_share) {
    const EyeChoice c = choose_eyes(texture, target, least_share);
    return std::pair{c.right, c.left};
  };
  EXPECT_EQ(chosen(mesh, kLeastOpening), std::pair(true, true));
  // The source's right eye half shut: neither, or its iris would not match the other one.
  texture.mesh[159].y = 0.5f * (texture.mesh[159].y + texture.mesh[145].y);
  EXPECT_EQ(chosen(mesh, kLeastOpening), std::pair(false, false));
  EXPECT_EQ(chosen(mesh, 0), std::pair(true, true)) << "as in clips";
  // A target that winks with that eye shows the source's other one.
  Mesh winks = mesh;
  winks[159] = winks[145];
  EXPECT_EQ(chosen(winks, kLeastOpening), std::pair(false, true));
  // A source of whom one eye cannot be seen shows none, in clips as well: that does not come and go.
  texture.left_eye_open = false;
  EXPECT_EQ(chosen(mesh, 0), std::pair(false, false));
  EXPECT_EQ(chosen(winks, 0), std::pair(false, false));
  Mesh winks_left = mesh;
  winks_left[386] = winks_left[374];
  EXPECT_EQ(chosen(winks_left, 0), std::pair(false, false));
}

}  // namespace
}  // namespace mien
