#include "fuse/lamp.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace mien {
namespace {

constexpr int kSize = 120;

// Half an ellipsoid with a ridge in its middle that stands out by ridge_px, as a nose does.
FaceRelief head(float ridge_px) {
  FaceRelief out;
  out.depth.resize(kSize, kSize), out.weight.resize(kSize, kSize), out.luminance.resize(kSize, kSize);
  for (Plane& p : out.normal) p.resize(kSize, kSize);
  const auto height = [ridge_px](float x, float y) {
    const float r = 1 - x * x / (42.0f * 42) - y * y / (54.0f * 54);
    return r > 0 ? 40 * std::sqrt(r) + ridge_px * std::exp(-x * x / 50 - y * y / 300) : -1;
  };
  for (std::size_t i = 0; i < out.depth.size(); ++i) {
    const float x = static_cast<float>(i % kSize) - 60, y = static_cast<float>(i / kSize) - 60;
    const float z = height(x, y);
    const bool face = z > 5;
    const float dx = 0.5f * (height(x + 1, y) - height(x - 1, y)),
                dy = 0.5f * (height(x, y + 1) - height(x, y - 1)), length = std::hypot(dx, dy, 1.0f);
    out.depth.values[i] = face ? -z : std::numeric_limits<float>::infinity();
    out.weight.values[i] = face && length < 2.5f ? 1.0f : 0.0f;
    out.normal[0].values[i] = -dx / length, out.normal[1].values[i] = -dy / length;
    out.normal[2].values[i] = 1 / length;
  }
  return out;
}

Normal normal_at(const FaceRelief& face, std::size_t i) {
  return {face.normal[0].values[i], face.normal[1].values[i], face.normal[2].values[i]};
}

Normal to_lamp(float azimuth_deg, float from_viewer_deg) {
  const float degree = 3.14159265f / 180, up = std::sin(from_viewer_deg * degree);
  return {up * std::cos(azimuth_deg * degree), up * std::sin(azimuth_deg * degree),
          std::cos(from_viewer_deg * degree)};
}

// Mean |log| of light found over light that is there, each with mean 1.
template <class Found>
double off(const FaceRelief& face, const Plane& truth, Found&& found) {
  double sum_found = 0, sum_truth = 0, sum = 0, count = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (face.weight.values[i] > 0) sum_found += found(i), sum_truth += truth.values[i], ++count;
  }
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (face.weight.values[i] > 0)
      sum += std::abs(std::log(found(i) / sum_found * sum_truth / truth.values[i]));
  }
  return sum / count;
}

// Lights the head: 0.35 from everywhere and a lamp, over ordinary light.
Plane light_up(FaceRelief* face, const Normal& lamp) {
  Plane out;
  light_of_lamp(*face, lamp, &out);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out.values[i] = 0.35f + 0.65f * out.values[i];
    face->luminance.values[i] = 0.2f * ordinary_light().at(normal_at(*face, i)) * out.values[i];
  }
  return out;
}

TEST(Lamp, ARidgeHidesItFromWhatLiesBehind) {
  const FaceRelief face = head(14);
  Plane lit;
  light_of_lamp(face, to_lamp(0, 60), &lit);
  EXPECT_GT(lit.row(60)[74], 0.5f);   // its side of the ridge
  EXPECT_LT(lit.row(60)[51], 0.05f);  // behind
  Plane without;
  light_of_lamp(head(0), to_lamp(0, 60), &without);
  EXPECT_GT(without.row(60)[51], 0.25f);
  EXPECT_NEAR(lit.row(20)[51], without.row(20)[51], 0.02f);  // where the ridge has ended
  light_of_lamp(face, to_lamp(180, 60), &lit);
  EXPECT_GT(lit.row(60)[46], 0.5f);
  EXPECT_LT(lit.row(60)[69], 0.05f);
  EXPECT_EQ(lit.row(2)[2], 0);  // beside the face
}

TEST(Lamp, WhatItCastsIsExplainedFromWhereverItComes) {
  for (const float azimuth : {10.0f, 100.0f, 205.0f, 290.0f}) {
    FaceRelief face = head(14);
    const Plane truth = light_up(&face, to_lamp(azimuth, 57));
    const FaceLight found = light_on(face);
    ASSERT_GT(found.lit.size(), 0u) << azimuth;
    EXPECT_GT(found.light.lamp, 0.6f) << azimuth;
    const double apart = off(face, truth, [&](std::size_t i) { return found.at(i, normal_at(face, i)); });
    const double before = off(face, truth, [](std::size_t) { return 1.0; });
    EXPECT_GT(before, 0.2) << azimuth;
    EXPECT_LT(apart, 0.25 * before) << azimuth;
  }
}

TEST(Lamp, OrdinaryLightIsNoLamp) {
  FaceRelief face = head(14);
  for (std::size_t i = 0; i < face.luminance.size(); ++i)
    face.luminance.values[i] = ordinary_light().at(normal_at(face, i));
  const FaceLight found = light_on(face);
  EXPECT_EQ(found.lit.size(), 0u);
  EXPECT_NEAR(found.at(0, {0, 0, 1}), 1, 0.01f);
  EXPECT_NEAR(found.at(0, {0.6f, 0, 0.8f}), 1, 0.01f);
}

TEST(Lamp, SoftLightFromTheSideIsExplained) {
  FaceRelief face = head(14);
  Plane truth;
  truth.resize(kSize, kSize);
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const Normal n = normal_at(face, i);
    truth.values[i] = 1 + 0.4f * n.x;
    face.luminance.values[i] = ordinary_light().at(n) * truth.values[i];
  }
  const FaceLight found = light_on(face);
  const double before = off(face, truth, [](std::size_t) { return 1.0; });
  EXPECT_GT(before, 0.1);
  EXPECT_LT(off(face, truth, [&](std::size_t i) { return found.at(i, normal_at(face, i)); }), 0.2 * before);
}

TEST(Lamp, OfAFaceThatIsNotSeenNothingIsKnown) {
  FaceRelief face = head(14);
  face.weight.fill(0);
  const FaceLight found = light_on(face);
  EXPECT_EQ(found.lit.size(), 0u);
  EXPECT_EQ(found.at(0, {0, 0, 1}), 1);
}

}  // namespace
}  // namespace mien
