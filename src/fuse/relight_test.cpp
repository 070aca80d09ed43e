#include "fuse/relight.h"

#include "face/crop.h"
#include "face/topology.h"
#include "fuse/canvas.h"
#include "fuse/expression_gap.h"
#include "fuse/testing_faces.h"

namespace mien {
namespace {

using namespace testing_faces;

class RelightTest : public testing::Test {
 protected:
  void SetUp() override {
    model_ = load_model();
    mesh_ = make_mesh(*model_, 150, 150, 13, 0, 0);
    where_ = {0, 0, 300, 300, 300, 300, 1};
  }

  // Relights `source` for `target`; both pictures hold the same mesh.
  PlanarRgb run(const Image& source, const Image& target, RelightMemory* memory = nullptr,
                EyeChoice eyes = {false, false}, const RelightOver& over = {}) {
    const SourceTexture texture = make_texture(source.view(), mesh_, model_->triangles(), nullptr);
    ThreadPool pool(1);
    read_canvas(target.view(), where_, &target_);
    make_warp_maps(texture, mesh_, model_->triangles(), 300, 300, &maps_);
    PlanarRgb out;
    Plane trust;
    warp_source(texture, maps_, mesh_, pool, &out, &trust);
    draw_masks(mesh_, mesh_, maps_, {}, &masks_);
    relight(target_, masks_, eyes, face_width_px(mesh_), over, &scratch_, &out, memory);
    return out;
  }

  template <class Use>
  void for_skin(const PlanarRgb& picture, Use use) const {
    for (std::size_t i = 0; i < picture.plane(); ++i) {
      if (masks_.alpha.values[i] > 0.9f && masks_.skin.values[i] > 0.9f) use(i);
    }
  }

  std::unique_ptr<FaceModel> model_;
  Mesh mesh_;
  CanvasFrame where_;
  PlanarRgb target_;
  WarpMaps maps_;
  FaceMasks masks_;
  RelightScratch scratch_;
};

TEST_F(RelightTest, EqualPicturesStayEqual) {
  const Image picture = make_portrait(*model_, mesh_, 300, 300, 4);
  const PlanarRgb out = run(picture, picture);
  double sum = 0, count = 0;
  for_skin(out, [&](std::size_t i) {
    for (int c = 0; c < 3; ++c) sum += std::abs(out.channel(c)[i] - target_.channel(c)[i]), ++count;
  });
  ASSERT_GT(count, 10'000);
  EXPECT_LT(sum / count, 0.5);
}

TEST_F(RelightTest, SkinTakesTheTargetsLevelInBothDirections) {
  for (const auto& [from, to] : {std::pair{0.35f, 1.05f}, {1.05f, 0.35f}}) {
    const PlanarRgb out = run(make_picture(300, 300, PixelFormat::kRgb8, 4, from),
                              make_picture(300, 300, PixelFormat::kRgb8, 9, to));
    double got[3] = {}, wanted[3] = {}, count = 0;
    for_skin(out, [&](std::size_t i) {
      for (int c = 0; c < 3; ++c) got[c] += out.channel(c)[i], wanted[c] += target_.channel(c)[i];
      ++count;
    });
    for (int c = 0; c < 3; ++c)
      EXPECT_NEAR(got[c] / count, wanted[c] / count, 2.5) << "channel " << c << ", " << from << " to " << to;
  }
}

TEST_F(RelightTest, GreyTargetGivesAGreyFace) {
  const PlanarRgb out = run(make_picture(300, 300, PixelFormat::kRgb8, 4, 1.0f),
                            make_picture(300, 300, PixelFormat::kGray8, 9, 0.8f));
  for_skin(out, [&](std::size_t i) {
    EXPECT_NEAR(out.channel(0)[i], out.channel(1)[i], 1.0f);
    EXPECT_NEAR(out.channel(2)[i], out.channel(1)[i], 1.0f);
  });
}

TEST_F(RelightTest, StrongColourCastsAreFollowed) {
  struct Cast {
    const char* name;
    float gain[3];  // of red, green, blue
  };
  for (const Cast& cast : {Cast{"tungsten", {1.1f, 0.8f, 0.4f}}, Cast{"neon", {1.1f, 0.45f, 1.0f}},
                           Cast{"underwater", {0.35f, 0.85f, 1.1f}}}) {
    Image target = make_picture(300, 300, PixelFormat::kRgb8, 9, 0.8f);
    for (int y = 0; y < 300; ++y)
      for (int x = 0; x < 300; ++x)
        for (int c = 0; c < 3; ++c) {
          std::uint8_t& v = target.mutable_view().row(y)[3 * x + c];
          v = static_cast<std::uint8_t>(std::min(255.0f, cast.gain[c] * static_cast<float>(v)));
        }
    const PlanarRgb out = run(make_picture(300, 300, PixelFormat::kRgb8, 4, 0.8f), target);
    double got[3] = {}, wanted[3] = {}, count = 0;
    for_skin(out, [&](std::size_t i) {
      for (int c = 0; c < 3; ++c) got[c] += out.channel(c)[i], wanted[c] += target_.channel(c)[i];
      ++count;
    });
    ASSERT_GT(count, 10'000);
    for (int c = 0; c < 3; ++c)
      EXPECT_NEAR(got[c] / count, wanted[c] / count, 4) << cast.name << ", channel " << c;
  }
}

// Orange rings around eyes and nose of a dark source on light skin, else.
TEST_F(RelightTest, ColourSpotsOfDarkSkinFadeOnLightSkin) {
  const auto spread_of_spots = [&](float from, float to) {
    double spread[2] = {};  // with the spots and without
    for (const bool spots : {true, false}) {
      Image source = make_picture(300, 300, PixelFormat::kRgb8, 4, from);
      for (int y = 0; y < 300; ++y)
        for (int x = 0; x < 300; ++x) {
          std::uint8_t* p = source.mutable_view().row(y) + 3 * x;
          const float spot = std::sin(static_cast<float>(x) * 0.3f) * std::sin(static_cast<float>(y) * 0.3f);
          if (spots) p[2] = static_cast<std::uint8_t>(static_cast<float>(p[2]) * (1 - 0.2f * spot));
        }
      const PlanarRgb out = run(source, make_picture(300, 300, PixelFormat::kRgb8, 9, to));
      std::vector<double> values;
      for_skin(out, [&](std::size_t i) {
        const Lab lab =
            lab_from_linear({linear_from_srgb(out.channel(0)[i]), linear_from_srgb(out.channel(1)[i]),
                             linear_from_srgb(out.channel(2)[i])});
        values.push_back(static_cast<double>(lab.b));
      });
      double mean = 0, squares = 0;
      for (const double v : values) mean += v / static_cast<double>(values.size());
      for (const double v : values) squares += (v - mean) * (v - mean) / static_cast<double>(values.size());
      spread[spots ? 0 : 1] = squares;
    }
    return std::sqrt(std::max(0.0, spread[0] - spread[1]));
  };
  const double same = spread_of_spots(0.35f, 0.35f), lightened = spread_of_spots(0.35f, 1.05f);
  EXPECT_GT(same, 1);
  EXPECT_LT(lightened, 0.5 * same) << same;
}

// The light edge of a dark person's lips is gloss: on light skin it was a white outline.
TEST_F(RelightTest, LightEdgesOfDarkLipsGetFainterOnLightSkin) {
  const int y = static_cast<int>(mesh_[0].y), x0 = static_cast<int>(mesh_[0].x);
  const auto height_of_edge = [&](float target) {
    Image source(300, 300, PixelFormat::kRgb8), flat(300, 300, PixelFormat::kRgb8);
    for (int v = 0; v < 300; ++v)
      for (int u = 0; u < 300; ++u)
        for (int c = 0; c < 3; ++c) {
          const int tone[3] = {96, 72, 60}, edge = v == y ? 24 : 0, grain = (u * 7 + v * 13) % 3;
          source.mutable_view().row(v)[3 * u + c] = static_cast<std::uint8_t>(tone[c] + edge + grain);
          flat.mutable_view().row(v)[3 * u + c] =
              static_cast<std::uint8_t>(target * static_cast<float>(tone[c]) + static_cast<float>(grain));
        }
    const PlanarRgb out = run(source, flat);
    const auto light = [&](int v) {
      float sum = 0;
      for (int u = x0 - 3; u <= x0 + 3; ++u) sum += lab_at(out, static_cast<std::size_t>(v) * 300 + u).l / 7;
      return sum;
    };
    return light(y) - 0.5f * (light(y - 6) + light(y + 6));
  };
  const float same = height_of_edge(1), lighter = height_of_edge(2.2f);
  EXPECT_GT(same, 5);
  EXPECT_LT(lighter, same);
}

// As beside noses that throw their shadow to the same side: 29.6 levels below without a limit.
TEST_F(RelightTest, DarkDetailInTheTargetsShadowIsNoHole) {
  Image source = make_picture(300, 300, PixelFormat::kRgb8, 4, 0.8f),
        target = make_picture(300, 300, PixelFormat::kRgb8, 9, 0.8f);
  for (int y = 0; y < 300; ++y) {
    for (int x = 0; x < 300; ++x) {
      const float wave = std::sin(static_cast<float>(x) * 0.4f) * std::sin(static_cast<float>(y) * 0.4f);
      for (int c = 0; c < 3; ++c) {
        std::uint8_t& s = source.mutable_view().row(y)[3 * x + c];
        std::uint8_t& t = target.mutable_view().row(y)[3 * x + c];
        s = static_cast<std::uint8_t>(static_cast<float>(s) * (1 - 0.6f * std::max(wave, 0.0f)));
        if (x > 150) t = static_cast<std::uint8_t>(0.25f * static_cast<float>(t));
      }
    }
  }
  const PlanarRgb out = run(source, target);
  float lowest = 0;
  int count = 0;
  for_skin(out, [&](std::size_t i) {
    if (i % 300 < 170 || masks_.features.values[i] > 0.05f) return;
    lowest = std::min(lowest, out.channel(1)[i] - target_.channel(1)[i]), ++count;
  });
  ASSERT_GT(count, 2000);
  EXPECT_GT(lowest, -26);
}

// Veiled or blurred faces have no black: pupils and brows that were black there would look stuck on.
TEST_F(RelightTest, NothingGetsMuchDarkerThanTheTargetsDarkestFeature) {
  const auto with_eyes_of = [&](float dark, unsigned seed) {
    Image picture = make_picture(300, 300, PixelFormat::kRgb8, seed, 0.8f);
    for (const topology::Index i : {33, 133, 159, 145, 263, 362, 386, 374}) {  // corners and lids
      const int x0 = static_cast<int>(mesh_[i].x), y0 = static_cast<int>(mesh_[i].y);
      for (int y = y0 - 3; y <= y0 + 3; ++y)
        for (int x = x0 - 3; x <= x0 + 3; ++x)
          for (int c = 0; c < 3; ++c) {
            std::uint8_t& v = picture.mutable_view().row(y)[3 * x + c];
            v = static_cast<std::uint8_t>(dark * static_cast<float>(v));
          }
    }
    return picture;
  };
  const auto darkest = [&](const PlanarRgb& picture) {
    float least = 255;
    for (std::size_t i = 0; i < picture.plane(); ++i)
      if (masks_.alpha.values[i] > 0.9f) least = std::min(least, picture.channel(1)[i]);
    return least;
  };
  const Image source = with_eyes_of(0.15f, 4);
  const float veiled = darkest(run(source, with_eyes_of(0.75f, 9))),
              clear = darkest(run(source, with_eyes_of(0.15f, 9)));
  EXPECT_GT(veiled, 55);  // the target's darkest are about 95, its skin 130
  EXPECT_LT(clear, 40);
}

// A dark iris is no bluer for whites that were yellow in the source's photo.
TEST_F(RelightTest, IrisesFollowTheLightsColourLessThanTheirWhites) {
  const auto with_eyes = [&](std::array<int, 3> white, std::array<int, 3> iris) {
    Image picture = make_picture(300, 300, PixelFormat::kRgb8, 4, 0.8f);
    for (const auto [corner, other, centre] : {std::array{33, 133, 468}, {263, 362, 473}}) {
      const float reach = std::abs(mesh_[corner].x - mesh_[other].x) / 2, x_middle = mesh_[centre].x,
                  y_middle = mesh_[centre].y;
      for (int y = 0; y < 300; ++y)
        for (int x = 0; x < 300; ++x) {
          const float far = std::hypot(static_cast<float>(x) - x_middle, static_cast<float>(y) - y_middle);
          if (far > 1.5f * reach) continue;
          for (int c = 0; c < 3; ++c)
            picture.mutable_view().row(y)[3 * x + c] =
                static_cast<std::uint8_t>(far > 0.45f * reach ? white[c] : iris[c]);
        }
    }
    return picture;
  };
  const PlanarRgb out = run(with_eyes({200, 190, 140}, {62, 60, 58}),
                            with_eyes({190, 190, 190}, {62, 60, 58}), nullptr, {true, true});
  const auto blue_over_red = [&](Point3f p) {
    const std::size_t i = static_cast<std::size_t>(p.y) * 300 + static_cast<std::size_t>(p.x);
    return out.channel(2)[i] - out.channel(0)[i];
  };
  const Point3f iris = mesh_[468], white{(mesh_[33].x * 3 + iris.x) / 4, iris.y, 0};
  EXPECT_NEAR(blue_over_red(white), 0, 6);
  EXPECT_LT(blue_over_red(iris), 11);  // 18 with the whole shift
}

// The floor of a light frame is no floor of the dark one that follows it.
TEST_F(RelightTest, AFaceThatFadesToBlackDoesNotGlow) {
  const Image source = make_picture(300, 300, PixelFormat::kRgb8, 4, 0.8f);
  const Image light = make_picture(300, 300, PixelFormat::kRgb8, 9, 0.8f),
              dark = make_picture(300, 300, PixelFormat::kRgb8, 9, 0.1f);
  RelightMemory memory;
  run(source, light, &memory);
  const PlanarRgb out = run(source, dark, &memory);
  double got = 0, wanted = 0;
  for_skin(out, [&](std::size_t i) { got += out.channel(1)[i], wanted += target_.channel(1)[i]; });
  EXPECT_LT(got, 1.3 * wanted);
}

// A gradient flips when brightening in the source becomes darkening in the result: looked at over a few
// pixels, where the source's own gradient is clear and the target's skin is even.
// A picture whose colours are given by colour_at(x, y) -> Lab.
template <class ColourAt>
Image drawn(ColourAt colour_at) {
  Image out(300, 300, PixelFormat::kRgb8);
  for (int y = 0; y < 300; ++y) {
    for (int x = 0; x < 300; ++x) {
      const LinearRgb c = linear_from_lab(colour_at(x, y));
      const float rgb[3] = {srgb_from_linear(c.r), srgb_from_linear(c.g), srgb_from_linear(c.b)};
      for (int k = 0; k < 3; ++k)
        out.mutable_view().row(y)[3 * x + k] =
            static_cast<std::uint8_t>(std::clamp(rgb[k], 0.0f, 255.0f) + 0.5f);
    }
  }
  return out;
}

// The target's skin has the same a and b in light and shadow, the source's is matt: a and b go with its L.
TEST_F(RelightTest, ShadowsAreAsColourfulAsTheTargetsAre) {
  const auto wave = [](int at) { return 9 * std::sin(0.25f * static_cast<float>(at)); };
  const Image glossy = drawn([&](int x, int) {
    return Lab{50 + wave(x), 14, 18};
  }),
              matt = drawn([&](int, int y) {
                return tinted(65 + wave(y), {20, 26});
              });
  const PlanarRgb out = run(matt, glossy);
  double dark = 0, light = 0, darks = 0, lights = 0;
  for_skin(out, [&](std::size_t i) {
    const Lab c = lab_at(out, i);
    if (c.l < 45) dark += std::hypot(c.a, c.b), ++darks;
    if (c.l > 55) light += std::hypot(c.a, c.b), ++lights;
  });
  ASSERT_GT(std::min(darks, lights), 500);
  const float chroma = std::hypot(14.0f, 18.0f);  // by chromaticity alone 20.0 and 25.6
  EXPECT_NEAR(dark / darks, chroma, 1.2);
  EXPECT_NEAR(light / lights, chroma, 1.2);
}

// A flatly lit target has no lines as deep as those of a face in hard light.
TEST_F(RelightTest, SoftLightMakesDeepLinesSofter) {
  const auto rough = [](int x, int y) { return ((x / 4 + y / 4) % 2 == 0 ? 4.0f : -4.0f); };
  const Image lined = drawn([&](int x, int y) {
    return tinted(60 + rough(x, y) + (std::abs(y - 190) < 3 ? -30.0f : 0.0f), {20, 26});
  });
  const auto depth = [&](const Image& target) {
    const PlanarRgb out = run(lined, target);
    double line = 0, around = 0;
    for (int x = 105; x < 125; ++x)
      line += lab_at(out, 190 * 300 + static_cast<std::size_t>(x)).l,
          around += lab_at(out, 176 * 300 + static_cast<std::size_t>(x)).l;
    return (around - line) / 20;
  };
  // A target that is nowhere dark would hold the line back anyway.
  const auto dark = [](int, int y) { return y > 214 ? -45.0f : 0.0f; };
  const double soft = depth(drawn([&](int x, int y) {
    return tinted(60 + dark(x, y), {20, 26});
  })),
               hard = depth(drawn([&](int x, int y) {
                 return tinted(60 + dark(x, y) + 2 * rough(x, y), {20, 26});
               }));
  EXPECT_GT(soft, 15);
  EXPECT_LT(soft, 0.8 * hard);
}

TEST_F(RelightTest, AroundMovedCornersOfTheMouthTheSourcesLinesGo) {
  const auto line = [](int, int y) { return std::abs(y - 190) < 5 ? -16.0f : 0.0f; };
  const Image lined = drawn([&](int x, int y) {
    return tinted(60 + line(x, y), {20, 26});
  }),
              plain = drawn([](int, int) {
                return tinted(60, {20, 26});
              });
  const auto depth = [&](float value) {
    Plane gap;
    gap.resize(300, 300), gap.fill(value);
    const PlanarRgb out = run(lined, plain, nullptr, {false, false}, {&gap});
    const auto at = [&](int x, int y) { return lab_at(out, static_cast<std::size_t>(y) * 300 + x).l; };
    return at(115, 178) - at(115, 190);
  };
  const float none = depth(0), apart = depth(1), corner = depth(2);
  EXPECT_GT(none, 8);
  EXPECT_LT(apart, 0.85f * none);
  EXPECT_LT(corner, 0.5f * apart);
}

TEST_F(RelightTest, TheTargetsFinerLightIsLaidOverTheForms) {
  const Image picture = make_portrait(*model_, mesh_, 300, 300, 4);
  const PlanarRgb without = run(picture, picture);
  Plane light;
  light.resize(300 / kSurfaceStep, 300 / kSurfaceStep), light.fill(0);
  const Point3f cheek = mesh_[425], other = mesh_[205];
  const auto row = [&](const Point3f& p) { return light.row(static_cast<int>(p.y) / kSurfaceStep); };
  for (int x = -2; x <= 2; ++x) row(cheek)[static_cast<int>(cheek.x) / kSurfaceStep + x] = -0.3f;
  const PlanarRgb with = run(picture, picture, nullptr, {false, false}, {nullptr, &light});
  const auto at = [](const PlanarRgb& p, const Point3f& point) {
    return lab_at(p, static_cast<std::size_t>(point.y) * 300 + static_cast<std::size_t>(point.x)).l;
  };
  EXPECT_LT(at(with, cheek), at(without, cheek) - 6);
  EXPECT_NEAR(at(with, other), at(without, other), 0.01f);
}

// A hand before the eyes for a while must not leave them dark.
TEST_F(RelightTest, CoveredEyesAreRemembered) {
  const Image picture = make_portrait(*model_, mesh_, 300, 300, 4);
  RelightMemory memory;
  memory.period = 1;
  run(picture, picture, &memory);
  const EyeMatch before = memory.eye;
  ASSERT_TRUE(before.seen);
  RelightMemory covered = memory;
  masks_.right_eye.fill(0), masks_.left_eye.fill(0);
  PlanarRgb out = target_;
  relight(target_, masks_, {}, face_width_px(mesh_), {}, &scratch_, &out, &covered);
  EXPECT_EQ(covered.eye.lightness_gain, before.lightness_gain);
  EXPECT_EQ(covered.eye.white_l, before.white_l);
}

TEST_F(RelightTest, GradientsNeverFlip) {
  Image source = make_picture(300, 300, PixelFormat::kRgb8, 4, 0.75f);
  for (int y = 0; y < 300; ++y) {
    for (int x = 0; x < 300; ++x) {
      // Soft spots, light and dark, of 9 px: detail, not light.
      const float spot = 35 * std::sin(static_cast<float>(x) * 0.7f) * std::sin(static_cast<float>(y) * 0.7f);
      for (int c = 0; c < 3; ++c) {
        std::uint8_t& v = source.mutable_view().row(y)[3 * x + c];
        v = static_cast<std::uint8_t>(std::clamp(static_cast<float>(v) + spot, 0.0f, 255.0f));
      }
    }
  }
  PlanarRgb before;
  read_canvas(source.view(), where_, &before);
  for (const float brightness : {0.35f, 0.75f, 1.1f}) {
    const PlanarRgb out = run(source, make_picture(300, 300, PixelFormat::kRgb8, 9, brightness));
    int clear = 0, flipped = 0;
    const auto mean = [](const PlanarRgb& p, std::size_t i) {
      return (p.channel(1)[i - 1] + p.channel(1)[i] + p.channel(1)[i + 1]) / 3;
    };
    for_skin(out, [&](std::size_t i) {
      constexpr int kApart = 4;
      if (!(masks_.skin.values[i + kApart] > 0.9f)) return;
      const float was = mean(before, i + kApart) - mean(before, i), is = mean(out, i + kApart) - mean(out, i);
      if (std::abs(was) < 25) return;
      ++clear;
      flipped += was * is < 0;
    });
    ASSERT_GT(clear, 1000);
    EXPECT_LT(flipped, clear / 1000 + 1) << "target brightness " << brightness;
  }
}

TEST(RobustSpread, OfANormalSampleIsItsDeviationDespiteOutliers) {
  std::mt19937 random(2);
  std::normal_distribution<float> normal(10, 3);
  Plane values, mask;
  values.resize(200, 100), mask.resize(200, 100);
  mask.fill(1);
  for (float& v : values.values) v = normal(random);
  for (std::size_t i = 0; i < values.size(); i += 10) values.values[i] = 1000;
  EXPECT_NEAR(robust_spread(values, nullptr, mask), 3.0f, 0.6f);
  mask.fill(0);
  EXPECT_EQ(robust_spread(values, nullptr, mask), 0.0f);
}

// A lid's wet rim or a lamp's reflection: else a shaded eye whose whites are brightened has a white crescent.
TEST(EyeballInLight, WhatIsLighterThanTheWhitesIsBrightenedLess) {
  const EyeMatch lighter{true, 1.4f, 0, 0, 50}, same{true, 1, 0, 0, 50};
  const auto lightness = [&](float l) { return eyeball_in_light({l, 0, 0}, EyeLight(lighter), 1).l; };
  EXPECT_FLOAT_EQ(eyeball_in_light({95, 0, 0}, EyeLight(same), 1).l, 95);
  EXPECT_FLOAT_EQ(lightness(20), 28);
  EXPECT_FLOAT_EQ(lightness(50), 70);
  EXPECT_LT(lightness(70), 88);
  EXPECT_GT(lightness(70), lightness(60));
}

}  // namespace
}  // namespace mien
